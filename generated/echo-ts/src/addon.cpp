// The Node-API module of a loomgen program. The same text for every program, and the only source
// that includes napi.h: its compilation, the slowest of all, comes out of the compiler's cache.
#include <loom/node/addon.hpp>
