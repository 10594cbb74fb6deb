// Node-API of whatever program loaded the addon, on Windows: node.exe under any name, or a program
// that Node is built into. The import library of the build (dlltool --output-delaylib) asks for
// each function here when it is called first, where an ordinary one would have Windows look for a
// file `node.exe` and load a second Node.
#include <windows.h>

#include <delayimp.h>

#include <cstdio>
#include <cstdlib>

/// Finds the function of a slot of the import table, and puts it there: each thread that comes
/// before that finds the same. Ends the process when the host has no such function.
///
/// @param description of the table, with places relative to the beginning of the addon.
/// @param slot the one that was called through.
extern "C" FARPROC loom_find_in_host(const ImgDelayDescr* description, FARPROC* slot) {
  HMODULE addon = nullptr;
  GetModuleHandleExW(
      GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
      reinterpret_cast<const wchar_t*>(description), &addon);
  const auto* const begin = reinterpret_cast<const char*>(addon);
  const auto* const slots = reinterpret_cast<const FARPROC*>(begin + description->rvaIAT);
  const auto* const names =
      reinterpret_cast<const IMAGE_THUNK_DATA*>(begin + description->rvaINT) + (slot - slots);
  const auto* const name =
      reinterpret_cast<const IMAGE_IMPORT_BY_NAME*>(begin + names->u1.AddressOfData);
  const char* const text = reinterpret_cast<const char*>(name->Name);
  const FARPROC found = GetProcAddress(GetModuleHandleW(nullptr), text);
  if (found == nullptr) {
    std::fprintf(stderr, "loom: this program has no %s of Node-API\n", text);
    std::abort();
  }
  *slot = found;
  return found;
}

// What the import library calls. It keeps the registers of integers that a call has parameters in,
// not those of floating-point ones, which are kept here; the stack stays a multiple of 16.
__asm__(R"(
  .text
  .globl __delayLoadHelper2
__delayLoadHelper2:
  subq $0x68, %rsp
  movups %xmm0, 0x20(%rsp)
  movups %xmm1, 0x30(%rsp)
  movups %xmm2, 0x40(%rsp)
  movups %xmm3, 0x50(%rsp)
  call loom_find_in_host
  movups 0x20(%rsp), %xmm0
  movups 0x30(%rsp), %xmm1
  movups 0x40(%rsp), %xmm2
  movups 0x50(%rsp), %xmm3
  addq $0x68, %rsp
  ret
)");
