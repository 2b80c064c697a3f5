import ControlPlane
import Foundation
import Testing

/// The sums beside the records of the embedded store.
@Suite struct AttributedSumTests {
    private func withStore(_ body: (EmbeddedRecordStore, URL) async throws -> Void) async throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "palate-sums-\(UUID().uuidString).sqlite")
        defer {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: url.path + suffix) }
        }
        try await body(try EmbeddedRecordStore(at: url), url)
    }

    private func event(_ type: String = "click") -> StreamedRecord {
        StreamedRecord(user: "u", session: "s", time: 1, cells: ["EVENT_TYPE": type])
    }

    private func value(
        _ value: Double, _ window: Int64, attribution: String = "a", metric: String = "m", source: String = "x"
    ) -> AttributedValue {
        AttributedValue(
            series: AttributedSeries(
                attribution: attribution, metric: metric, eventType: "click", function: "sum", source: source),
            window: window, value: value)
    }

    @Test func sumsOfManyWritersAreThoseOfARunningSum() async throws {
        try await withStore { store, url in
            var expected: [String: Double] = [:]
            for number in 0..<200 {
                expected["s\(number % 7)/\(number % 3 * 900)", default: 0] += Double(number)
                expected["s\(number % 7)/all", default: 0] += Double(number)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    let added = value(Double(number), Int64(number % 3 * 900), source: "s\(number % 7)")
                    group.addTask { try await store.append([event()], to: "stream", counting: [added]) }
                }
                try await group.waitForAll()
            }
            let other = try EmbeddedRecordStore(at: url)
            var found: [String: Double] = [:]
            for window in [0, 900, 1800, nil] as [Int64?] {
                for sum in try await other.sums(of: "a", window: window) {
                    found["\(sum.series.source)/\(window.map { "\($0)" } ?? "all")"] = sum.value
                }
            }
            #expect(found == expected)
            #expect(try await other.sources(of: "a") == Set((0..<7).map { "s\($0)" }))
        }
    }

    @Test func anImportIsCountedOnce() async throws {
        try await withStore { store, _ in
            for _ in 0..<3 { try await store.count([value(5, 0), value(2, 900)], once: "job") }
            try await store.count([value(1, 0)], once: "another")
            #expect(try await store.sums(of: "a", window: nil).map(\.value) == [8])
            #expect(try await store.sums(of: "a", window: 0).map(\.value) == [6])
        }
    }

    @Test func removalTakesWhatItNamesOnly() async throws {
        try await withStore { store, _ in
            try await store.count(
                [value(1, 0), value(2, 900), value(3, 0, metric: "n"), value(4, 0, attribution: "b")], once: "job")
            try await store.removeSums(windowsBefore: 900)
            #expect(try await store.sums(of: "a", window: 0).isEmpty)
            #expect(try await store.sums(of: "a", window: nil).map(\.value) == [3, 3])
            try await store.removeSums(of: "a", metrics: ["m"])
            #expect(try await store.sums(of: "a", window: nil).map(\.series.metric) == ["n"])
            try await store.removeSums(except: ["b"])
            #expect(try await store.sums(of: "a", window: nil).isEmpty)
            #expect(try await store.sums(of: "b", window: nil).map(\.value) == [4])
        }
    }

    @Test func theEventTypesOfAStreamAreKnownWithoutItsRecords() async throws {
        try await withStore { store, url in
            try await store.append([event("click"), event("buy"), event("click")], to: "a")
            try await store.append([event("view")], to: "b")
            #expect(try await EmbeddedRecordStore(at: url).eventTypes(in: "a") == ["click", "buy"])
            try await store.remove(stream: "a")
            #expect(try await store.eventTypes(in: "a").isEmpty)
        }
    }

    @Test func aRecommendationTellsItsSource() {
        let identifier = RecommendationIdentifier(sourceArn: "arn:aws:personalize:us-east-1:123456789012:campaign/c")
        let made = (0..<1000).map { _ in identifier.next() }
        #expect(Set(made).count == 1000)
        #expect(made.allSatisfy { $0.count <= 40 && RecommendationIdentifier.code(in: $0) == identifier.code })
        for text in ["", "RID-1", "RID-" + String(repeating: "x", count: 35), String(repeating: "\u{00E9}", count: 20)]
        {
            #expect(RecommendationIdentifier.code(in: text) == nil)
        }
    }
}
