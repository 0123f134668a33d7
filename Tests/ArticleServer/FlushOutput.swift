import Foundation

/// Writes out what `print` holds back for a pipe.
func flushOutput() {
    fflush(nil)
}
