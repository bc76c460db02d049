// The door of canvas: images, PNG, vector drawings as SVG or pixels. Knows nothing of RNA.
#pragma once

#include "canvas/drawing.h"
#include "canvas/image.h"
