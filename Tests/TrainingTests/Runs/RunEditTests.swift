import JSONTree
import Testing

@testable import Training

/// Tags, notes and names: asked for, edited, searched by.
@Suite struct RunEditTests {
    @Test func askedForAndEdited() async throws {
        try await Desk.open { desk in
            let run = try await desk.service.submit(["tags": ["a", "b"], "notes": "first", "name": "one"])
            #expect(run.tags == ["a", "b"])
            #expect(run.notes == "first")
            var edited = try await desk.service.edit(
                run.id,
                RunEdit(add: ["c", "a"], remove: ["b"], notes: nil, name: nil)
            )
            #expect(edited.tags == ["a", "c"])
            #expect(edited.notes == "first")
            #expect(edited.spec["tags"] == ["a", "c"])
            edited = try await desk.service.edit(run.id, RunEdit(["notes": .null, "name": "two"]))
            #expect(edited.tags == ["a", "c"])
            #expect(edited.notes == nil)
            #expect(edited.name == "two")
            #expect(edited.spec["notes"] == nil)
            edited = try await desk.service.edit(run.id, RunEdit(["tags": .null, "notes": "again"]))
            #expect(edited.tags == [])
            #expect(edited.notes == "again")
            edited = try await desk.service.edit(run.id, RunEdit([:]))
            #expect(edited.name == "two")
            // What is stored is still a request.
            #expect(try TrainingRequest(edited.spec).name == "two")
        }
    }

    @Test func refused() async throws {
        try await Desk.open { desk in
            let run = try await desk.service.submit(["tags": .array((1...49).map { .string("tag \($0)") })])
            let wrong: [(RunEdit, String)] = [
                (try RunEdit(add: [], remove: ["tag 50"], notes: nil, name: nil), "has no tag \"tag 50\""),
                (try RunEdit(add: ["x", "y"], remove: [], notes: nil, name: nil), "tags has 51 entries"),
            ]
            for (edit, says) in wrong {
                let error = await #expect(throws: TrainingError.self) { try await desk.service.edit(run.id, edit) }
                #expect(error?.field == "tags")
                #expect(error?.message.contains(says) == true)
            }
            #expect(try await desk.service.run(run.id).tags == run.tags)
            let missing = await #expect(throws: TrainingError.self) {
                try await desk.service.edit(9, RunEdit(["name": "x"]))
            }
            #expect(missing?.code == .runNotFound)
            let unknown = #expect(throws: TrainingError.self) { _ = try RunEdit(["tag": ["x"]]) }
            #expect(unknown?.hint?.contains("\"tags\"") == true)
            #expect(throws: TrainingError.self) { _ = try RunEdit("x") }
            #expect(throws: TrainingError.self) { _ = try RunEdit(add: ["x"], remove: ["x"], notes: nil, name: nil) }
        }
    }

    @Test func listedByTag() async throws {
        try await Desk.open { desk in
            for tags in [["a"], ["b"], ["a", "b"], []] {
                _ = try await desk.service.submit(["tags": .array(tags.map(JSON.string))])
            }
            func ids(_ tag: String?, before: Int? = nil, limit: Int = 10) async throws -> ([Int], Int?) {
                let page = try await desk.service.runs(before: before, tag: tag, limit: limit)
                return (page.runs.map(\.id), page.next)
            }
            #expect(try await ids("a") == ([3, 1], nil))
            #expect(try await ids("b", limit: 1) == ([3], 3))
            #expect(try await ids("b", before: 3, limit: 1) == ([2], nil))
            #expect(try await ids("c") == ([], nil))
            #expect(try await ids(nil).0 == [4, 3, 2, 1])
        }
    }

    /// Words of a run at work can be changed, and the run goes on.
    @Test func whileItTrains() async throws {
        try await Desk.open { desk in
            let body: JSON = ["source": ["example": "article", "rows": 100], "max_iter": 5]
            try await Bench.open(body, on: desk) { bench in
                try await bench.advance()
                let edited = try await desk.service.edit(bench.run.id, RunEdit(["tags": ["now"]]))
                #expect(edited.state == .running)
                #expect(edited.tags == ["now"])
                guard case .recorded = try await bench.advance() else {
                    Issue.record("the run did not go on")
                    return
                }
            }
        }
    }
}
