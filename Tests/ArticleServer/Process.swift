import Foundation

/// Writes out what `print` holds back for a pipe.
func flushOutput() {
    fflush(nil)
}

/// Lets SIGTERM end the program as a wish and not as a fault.
func endAtSIGTERM() {
    signal(SIGTERM) { _ in _exit(0) }
}
