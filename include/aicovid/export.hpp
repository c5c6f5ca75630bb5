#pragma once

/// Marks what `libaicovid.so` exports; everything else is hidden.
#define AICOVID_EXPORT __attribute__((visibility("default")))
