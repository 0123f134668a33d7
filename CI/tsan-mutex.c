// Tells Thread Sanitizer of the waits of Swift's Mutex on Linux.
//
// A Mutex is a futex there. Taking and leaving it without a wait is inlined into our code, where the
// sanitizer sees it. With a wait it happens in libswiftSynchronization.so and in the kernel, which
// the sanitizer does not see: it would report a race for every lock that two threads wanted at once.
// Loaded with LD_PRELOAD, this stands before those three functions, calls them, and says what they
// did. It hides nothing else: an access beside the lock is still reported. CI/sanitizers builds it.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// The sanitizer's own; missing in a program that was built without it, such as a shell.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

SWIFT void tsan_lock_slow(uint32_t thread, SELF void *handle)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
SWIFT void tsan_unlock_slow(SELF void *handle)
    __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
SWIFT bool tsan_try_lock_slow(SELF void *handle)
    __asm__("$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");

SWIFT void tsan_lock_slow(uint32_t thread, SELF void *handle) {
  static SWIFT void (*_Atomic next)(uint32_t, SELF void *);
  if (!next)
    next = dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
  next(thread, handle);
  if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void tsan_unlock_slow(SELF void *handle) {
  static SWIFT void (*_Atomic next)(SELF void *);
  if (!next)
    next = dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
  if (__tsan_release) __tsan_release(handle);
  next(handle);
}

SWIFT bool tsan_try_lock_slow(SELF void *handle) {
  static SWIFT bool (*_Atomic next)(SELF void *);
  if (!next)
    next = dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");
  bool taken = next(handle);
  if (taken && __tsan_acquire) __tsan_acquire(handle);
  return taken;
}
