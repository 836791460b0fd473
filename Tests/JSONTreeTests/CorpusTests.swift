import Foundation
import JSONTree
import Testing

/// What the fuzzer has found worth keeping, without the fuzzer.
@Suite("The fuzzer's corpus")
struct CorpusTests {
    @Test("keeps every promise of reader and writer")
    func promises() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Fuzzers/JSON/Corpus").standardizedFileURL
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count >= 25)
        var read = 0
        for file in files {
            let bytes = Array(try Data(contentsOf: file))
            if (try? JSON(parsing: bytes)) != nil { read += 1 }
            let violation = JSONProperties.violation(by: bytes)
            #expect(violation == nil, "\(file.lastPathComponent): \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(read > 0 && read < files.count, "some is JSON and some is not")
    }
}
