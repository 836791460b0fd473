import Testing
import Networks
import Lowering
import SQLText
import Foundation
@Test func dump() throws {
    let spec = NetworkSpec(layerSizes: [2,2,2], activations: [.relu], head: .softmaxCrossEntropy, l2: 1e-3, solver: .sgd(momentum: 0, nesterov: false))
    let l = try Lowering(TrainingStep(spec))
    let init0 = [-0.00569693, 0.00186517, 0.00414431, 0.0105101, 0,0, -0.01312284, -0.01269512, 0.00379152, -0.01218354, 0, 0]
    let map = Dictionary(uniqueKeysWithValues: zip(l.step.layout.names, init0))
    func file(_ s: LoweredStatement, _ name: String) throws {
        let r = s.sql.render()
        let types = r.types.map(\.rawValue).joined(separator: ",")
        let args = try r.binds { n in n == "learning_rate" ? .float8(2) : n == "iteration" ? .float8(1) : n == "state" ? .float8Array([]) : .float8(map[n]!) }.map(SQL.constant).joined(separator: ",")
        try "PREPARE q(\(types)) AS \(r.text);\n\\set e 'EXECUTE q(\(args.replacingOccurrences(of: "'", with: "''")));'\n".write(toFile: "/tmp/sql/\(name).sql", atomically: true, encoding: .utf8)
        print(name, s.size)
    }
    let src = RowSource(table: QualifiedName(schema: nil, name: Identifier(static: "example_table")))
    try file(l.step(src), "step")
    try file(l.evaluation(src), "eval")
    for n in [1, 10, 20, 40] { try? file(l.window(src, iterations: n), "window\(n)") }
}
