/// Why a server did not come up, as far as its log tells.
public enum StartFailure: String, Sendable, Equatable {
    case diskFull = "disk_full"
    case permissions = "permission_denied"
    case sharedMemory = "shared_memory"
    case socket = "socket"
    case configuration = "bad_configuration"
    case timeout = "timeout"
    case unknown = "failed"

    /// Reads the cause out of the server's own words (log lines in English: we run it with `LC_ALL=C`).
    init(log: String, toolOutput: String) {
        let first = Self.signs.first { sign in sign.phrases.contains { log.contains($0) } }
        if let first {
            self = first.cause
        } else if toolOutput.contains("server did not start in time") {
            self = .timeout
        } else {
            self = .unknown
        }
    }

    /// Most telling first: a full disk also shows up as a shared memory error.
    private static let signs: [(cause: StartFailure, phrases: [String])] = [
        (.diskFull, ["No space left on device", "Disk quota exceeded"]),
        (.sharedMemory, ["shared memory", "could not map anonymous", "Cannot allocate memory"]),
        (.socket, ["could not create any Unix-domain sockets", "Unix-domain socket path"]),
        (
            .configuration,
            ["contains errors", "unrecognized configuration parameter", "invalid value for parameter"]
        ),
        (.permissions, ["Permission denied", "has wrong ownership", "has invalid permissions"]),
    ]

    /// A clause that follows "did not start".
    var explanation: String {
        switch self {
        case .diskFull: ": the disk is full. Free some space and try again"
        case .permissions: ": it may not read or write one of its files. Check the owner and mode of the directory"
        case .sharedMemory: ": it got no shared memory. Free memory, or enlarge /dev/shm (docker: --shm-size)"
        case .socket: ": it could not make its socket. Check the socket directory named below"
        case .configuration: ": its configuration is refused. Check postgresql.local.conf beside the log"
        case .timeout: " in time. It may still be recovering: try again"
        case .unknown: ""
        }
    }
}
