import ArgumentParser
import Foundation
import JSONTree
import Service
import Training

/// `pgradient train`: trains in this process, without a daemon.
struct Train: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network and show how it goes.",
        discussion: """
            Takes the options of a training request, as flags or as JSON with --spec. Flags override the file. Without a \
            table it trains the article's example.

            EXAMPLES
              pgradient train
              pgradient train --table iris --label species
              pgradient train --table public.sales --label amount \\
                --features price,weight --hidden 16,8 --max-iter 500
              pgradient train --example spiral
              pgradient train --table public.sales --label amount --batch-size 500
              pgradient train --shape window --block-size 10 --max-iter 20
              pgradient train --table public.sales --label amount \\
                --warm-start 7 --tag sales --history every:10
              pgradient train --spec request.json --seed 42
              echo '{"max_iter": 20}' | pgradient train --spec -
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var request: RequestOptions

    @Flag(name: .customLong("json"), help: "Print the finished run as JSON.")
    var json = false

    func run() async throws {
        let body = try request.body()
        // What can be told without a database is told before one is started.
        _ = try TrainingRequest(body)
        try await withBackend(global) { backend in
            let run = try await TrainingCommand(backend: backend).train(body)
            if json { try Terminal.output(RunDocument.json(run).pretty) } else { try RunSummary.show(run) }
            try RunSummary.exitCode(run)
        }
    }
}
