// Style sheet and script of the report's page, compiled in from page.css and page.js.
#pragma once

namespace stemloop {

extern const char* const kPageStyle;
extern const char* const kPageScript;
extern const char* const kPageScriptSha256;  // hexadecimal; the page allows no other script

}  // namespace stemloop
