// The door of canvas: images, PNG, vector drawings as SVG or pixels. Knows nothing of RNA.
#pragma once

#include "canvas/chart.h"
#include "canvas/drawing.h"
#include "canvas/image.h"
