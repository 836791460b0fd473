import ArgumentParser
import Foundation
import HTTPServer
import Logging
import Service
import ServiceLifecycle
import Training

/// `pgradient serve`: the daemon.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the daemon: an HTTP interface and a worker that trains.",
        discussion: """
            Prints the address it listens on. Logs go to standard error. Beyond loopback it wants a token, from \
            --token-file or the environment variable PGRADIENT_TOKEN.

            EXAMPLES
              pgradient serve
              pgradient serve --listen 127.0.0.1:0
              pgradient serve --database-url postgresql://app@db.example/app
              pgradient serve --listen unix:/run/pgradient.sock
              PGRADIENT_TOKEN=$(openssl rand -hex 32) \\
                pgradient serve --listen 0.0.0.0:8080 --allowed-host train.example.org

              curl -X POST localhost:8080/train
              curl localhost:8080/train
              curl localhost:8080/params
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(
        help: ArgumentHelp("host:port, port 0 for any, or unix:/path. Default 127.0.0.1:8080.", valueName: "address")
    )
    var listen: String?

    @Option(name: .customLong("token-file"), help: ArgumentHelp("File with the bearer token.", valueName: "file"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("Runs that are trained at the same time. Default 1.", valueName: "n"))
    var workers: String?

    @Option(
        name: .customLong("allowed-host"),
        help: ArgumentHelp(
            "A name, besides localhost and the address, under which the daemon is reached. May be repeated.",
            valueName: "name"
        )
    )
    var allowedHosts: [String] = []

    @Option(
        name: .customLong("max-queued"),
        help: ArgumentHelp("Runs that one client may have waiting. Default 100.", valueName: "n")
    )
    var maxQueued: String?

    func run() async throws {
        let settings = try Settings(
            global,
            flags: [
                "listen": listen, "token_file": tokenFile, "workers": workers, "max_queued": maxQueued,
                "allowed_hosts": allowedHosts.isEmpty ? nil : allowedHosts.joined(separator: ","),
            ]
        )
        let address = try settings.listenAddress()
        guard address.isLoopback || settings.token != nil else {
            throw UsageError(
                "\(address) can be reached from other machines, and there is no token; set --token-file or "
                    + "PGRADIENT_TOKEN, or listen on 127.0.0.1"
            )
        }
        // From before anything is begun, so that a signal is not missed however early it comes.
        Interruption.watch()
        try await Interruption.handling { try await serve(settings, at: address, until: $0) }
    }

    private func serve(
        _ settings: Settings,
        at address: ListenAddress,
        until interruption: AsyncStream<Never>
    ) async throws {
        let logger = settings.logger()
        let access = Access(
            listeningOn: address,
            allowedHosts: settings.allowedHosts,
            machine: ProcessInfo.processInfo.hostName
        )
        let door = Door(token: settings.token, access: access, logger: logger)
        let metrics = ServiceMetrics(version: PGradient.version)
        let board = WorkerBoard()
        let notifier = SystemdNotifier(logger: logger)
        let reception = Reception(door: door, metrics: metrics, logger: logger)
        let server = HTTPServer(
            address: address,
            limits: Descriptors.limits(within: Descriptors.raiseLimit(), workers: settings.workers),
            logger: logger,
            defaultFields: SecurityFields.all,
            errorBody: { status, detail in
                metrics.observeRefusal(status)
                return Door.errorBody(status, detail)
            },
            handler: { await reception.handle($0) }
        )
        // Bound first: a port in use is known before anything is started.
        let bound = try await server.start()
        // A daemon whose starter does not listen works all the same.
        try? Terminal.line("pgradient \(PGradient.version) listens on \(bound.url)")
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: HTTPFront(server: server)),
                    .init(
                        service: Daemon(
                            settings: settings,
                            door: door,
                            metrics: metrics,
                            board: board,
                            notifier: notifier,
                            logger: logger
                        ),
                        successTerminationBehavior: .gracefullyShutdownGroup
                    ),
                    .init(
                        service: Supervision(notifier: notifier, server: server, board: board, logger: logger)
                    ),
                    .init(
                        service: InterruptionService(interruption: interruption),
                        successTerminationBehavior: .gracefullyShutdownGroup
                    ),
                ],
                logger: logger
            )
        )
        do {
            try await group.run()
        } catch {
            await server.shutdown(grace: .seconds(1))
            throw error
        }
    }
}

/// The socket side of the daemon.
struct HTTPFront: ServiceLifecycle.Service {
    let server: HTTPServer

    func run() async throws {
        try await gracefulShutdown()
        await server.shutdown(grace: .seconds(5))
    }
}

/// Ends, and the others with it, when the daemon is asked to stop.
struct InterruptionService: ServiceLifecycle.Service {
    let interruption: AsyncStream<Never>

    func run() async throws {
        await cancelWhenGracefulShutdown { for await _ in interruption {} }
    }
}

extension ListenAddress {
    /// As a person would type it into `curl`.
    var url: String {
        switch self {
        case .tcp: "http://\(self)"
        case .unix: "\(self)"
        }
    }
}
