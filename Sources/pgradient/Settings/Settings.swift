import Configuration
import EmbeddedPostgres
import Foundation
import HTTPServer
import JSONTree
import Logging
import Service

/// What is set, from flags, then the environment, then `pgradient.json` in the working directory, then defaults.
struct Settings: Sendable {
    /// Nil means the private cluster.
    let databaseURL: String?
    let dataDirectory: String
    let listen: String
    let token: String?
    /// Where the token was read, if it was a file.
    let tokenFile: String?
    let workers: Int
    /// Names that lead to the daemon besides its address.
    let allowedHosts: [String]
    /// Queued runs of one client at most.
    let maxQueued: Int
    /// Nil leaves it to the command.
    let logLevel: Logger.Level?
    let logFormat: LogFormat

    /// The file that is read if it is there.
    static let fileName = "pgradient.json"
    private static let keys = [
        "database_url", "data_dir", "listen", "token_file", "workers", "allowed_hosts", "max_queued", "log_level",
        "log_format",
    ]

    /// - Parameter flags: what was given on the command line, by key.
    init(_ options: GlobalOptions, flags: [String: String?] = [:]) throws {
        var given = flags.compactMapValues(\.self)
        given["database_url"] = options.databaseURL
        given["data_dir"] = options.dataDirectory
        given["log_level"] = options.logLevel
        given["log_format"] = options.logFormat
        let values = given.map { (AbsoluteConfigKey([$0.key]), ConfigValue(.string($0.value), isSecret: false)) }
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "flags", values: Dictionary(uniqueKeysWithValues: values)),
            EnvironmentVariablesProvider().prefixKeys(with: "pgradient"),
        ]
        if let file = try Self.file() { providers.append(file) }
        let reader = ConfigReader(providers: providers)

        databaseURL = reader.string(forKey: "database_url").flatMap { $0.isEmpty ? nil : $0 }
        dataDirectory = reader.string(forKey: "data_dir") ?? DataDirectory.defaultPath
        listen = reader.string(forKey: "listen") ?? "127.0.0.1:8080"
        tokenFile = reader.string(forKey: "token_file")
        token = try Self.token(reader, file: tokenFile)
        workers = try Self.count("workers", reader.string(forKey: "workers"), 1...64) ?? 1
        allowedHosts = try Self.hosts(reader.string(forKey: "allowed_hosts") ?? "")
        maxQueued = try Self.count("max_queued", reader.string(forKey: "max_queued"), 1...100_000) ?? 100
        logLevel = try Self.choice("log_level", reader.string(forKey: "log_level"))
        logFormat = try Self.choice("log_format", reader.string(forKey: "log_format")) ?? .text
    }

    /// Where the daemon listens.
    func listenAddress() throws(UsageError) -> ListenAddress {
        do {
            return try ListenAddress(parsing: listen)
        } catch {
            throw UsageError("\(error)")
        }
    }

    /// The settings file, refused if it holds a key nobody reads.
    private static func file() throws -> InMemoryProvider? {
        guard FileManager.default.fileExists(atPath: fileName) else { return nil }
        guard let data = FileManager.default.contents(atPath: fileName) else {
            throw UsageError("\(fileName) is there and can't be read")
        }
        let document: JSON
        do {
            document = try JSON(parsing: data)
        } catch {
            throw UsageError("\(fileName), \(error)")
        }
        guard let members = document.objectValue else { throw UsageError("\(fileName) must hold a JSON object") }
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (name, value) in members {
            let key = name.replacing("-", with: "_")
            guard keys.contains(key) else {
                throw UsageError(
                    "\(fileName) sets \"\(name)\", which is unknown; known are \(keys.joined(separator: ", "))"
                )
            }
            guard let text = value.stringValue ?? value.intValue.map(String.init) ?? list(key, value) else {
                throw UsageError("\(fileName): \(name) is \(value.kind); it must be a string or a whole number")
            }
            values[AbsoluteConfigKey([key])] = ConfigValue(.string(text), isSecret: false)
        }
        return InMemoryProvider(name: fileName, values: values)
    }

    private static func token(_ reader: ConfigReader, file path: String?) throws -> String? {
        if let path {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw UsageError("the token file \(path) can't be read")
            }
            return try checked(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return try reader.string(forKey: "token", isSecret: true).map(checked)
    }

    private static func checked(_ token: String) throws -> String {
        guard token.utf8.count >= 16, token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw UsageError(
                "the token must have at least 16 visible ASCII characters; `openssl rand -hex 32` makes one"
            )
        }
        return token
    }

    private static func count(_ name: String, _ text: String?, _ range: ClosedRange<Int>) throws -> Int? {
        guard let text else { return nil }
        guard let count = Int(text), range.contains(count) else {
            throw UsageError(
                "\(name) is \"\(text)\"; it must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return count
    }

    /// Names, one after the other, as the environment has them.
    private static func list(_ key: String, _ value: JSON) -> String? {
        guard key == "allowed_hosts", let names = value.arrayValue else { return nil }
        let texts = names.compactMap(\.stringValue)
        return texts.count == names.count ? texts.joined(separator: ",") : nil
    }

    private static func hosts(_ text: String) throws -> [String] {
        let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        for name in names where !Access.isHost(name) {
            throw UsageError(
                "allowed_hosts has \"\(name)\"; it must be names or addresses without scheme and port, such as "
                    + "train.example.org"
            )
        }
        return names
    }

    private static func choice<T: RawRepresentable & CaseIterable>(_ name: String, _ text: String?) throws -> T?
    where T.RawValue == String {
        guard let text else { return nil }
        if let value = T(rawValue: text) { return value }
        let known = T.allCases.map(\.rawValue).joined(separator: ", ")
        throw UsageError("\(name) is \"\(text)\"; it must be one of \(known)")
    }
}

/// How log lines look.
enum LogFormat: String, CaseIterable { case text, json }

/// The command was given something it can't work with: exit code 2.
struct UsageError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
