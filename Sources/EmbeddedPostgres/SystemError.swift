import Glibc

/// The system's text for `errno`, read at once after the failed call.
func errnoText(_ code: CInt = errno) -> String {
    String(cString: strerror(code))
}

extension EmbeddedPostgresError {
    /// The error of a system call that has just failed.
    static func lastSystemError(_ call: String, _ path: String) -> EmbeddedPostgresError {
        .system(call: call, path: path, reason: errnoText())
    }
}
