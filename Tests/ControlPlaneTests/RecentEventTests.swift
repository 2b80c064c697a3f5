import ControlPlane
import Datasets
import Foundation
import PersonalizeAPI
import Synchronization
import Testing

/// The index of newest events, alone and before the embedded store.
@Suite struct RecentEventTests {
    private func record(
        _ item: String, user: String? = "u", session: String? = "s", time: Int64 = 1, identifier: String? = nil
    ) -> StreamedRecord {
        StreamedRecord(
            user: user, session: session, eventIdentifier: identifier, time: time,
            cells: ["ITEM_ID": item, "EVENT_TYPE": "click"])
    }

    private func withStore(_ body: (EmbeddedRecordStore) async throws -> Void) async throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "palate-recent-\(UUID().uuidString).sqlite")
        defer {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: url.path + suffix) }
        }
        try await body(try EmbeddedRecordStore(at: url))
    }

    /// A store, an index before it, and how often the store was read.
    private final class Indexed: Sendable {
        let store: EmbeddedRecordStore
        let index: RecentEventIndex
        private let count = Mutex(0)

        init(_ store: EmbeddedRecordStore, capacity: Int = 1_000_000) {
            self.store = store
            index = RecentEventIndex(capacity: capacity)
        }

        var reads: Int { count.withLock { $0 } }

        func put(_ records: StreamedRecord..., stream: String = "a") async throws {
            index.add(records, try await store.append(records, to: stream), to: stream)
        }

        func items(_ user: String = "u", stream: String = "a") async throws -> [String] {
            try await index.events(in: stream, ofUser: user) {
                count.withLock { $0 += 1 }
                return try await store.recentPast(in: stream, ofUser: user, limit: RecentEventIndex.eventsPerUser)
            }.map(\.item)
        }
    }

    @Test func aUserIsReadOnceAndThenFollowedInMemory() async throws {
        try await withStore { store in
            let indexed = Indexed(store)
            try await indexed.put(record("1"), record("other", user: "v"))
            #expect(try await indexed.items() == ["1"])
            try await indexed.put(record("2", time: 2))
            try await indexed.put(record("elsewhere"), stream: "b")
            try await indexed.put(record("earlier", time: 0))
            #expect(try await indexed.items() == ["earlier", "1", "2"])
            #expect(indexed.reads == 1)
            #expect(try await indexed.items("nobody").isEmpty)
            #expect(try await indexed.items("nobody").isEmpty)
            #expect(indexed.reads == 2)
        }
    }

    @Test func onlyWhatIsInMemoryIsKnownWithoutReading() async throws {
        try await withStore { store in
            let indexed = Indexed(store)
            #expect(indexed.index.known(in: "a", ofUser: "u") == nil)
            #expect(try await indexed.index.isEmpty("a") { try await store.lastPosition(in: "a") })
            #expect(indexed.index.known(in: "a", ofUser: "u") == [])
            try await indexed.put(record("1"))
            #expect(try await !indexed.index.isEmpty("a") { 0 })
            #expect(indexed.index.known(in: "a", ofUser: "u") == nil)
            #expect(try await indexed.items() == ["1"])
            try await indexed.put(record("2", time: 2))
            #expect(indexed.index.known(in: "a", ofUser: "u")?.map(\.item) == ["1", "2"])
        }
    }

    @Test func aStreamThatFillsWhileTheStoreIsAskedIsNotTakenForEmpty() async throws {
        try await withStore { store in
            let indexed = Indexed(store)
            _ = try await indexed.index.isEmpty("a") {
                try await indexed.put(record("1"))
                return 0
            }
            #expect(indexed.index.known(in: "a", ofUser: "u") == nil)
            #expect(try await indexed.items() == ["1"])
        }
    }

    @Test func anEventThatWasReadAlreadyIsNotAddedAgain() async throws {
        try await withStore { store in
            let indexed = Indexed(store)
            let records = [record("1", time: 1), record("1", time: 2)]
            let appended = try await store.append(records, to: "a")
            #expect(try await indexed.items().count == 2)
            _ = try await store.removeRecords(ofUsers: ["u"], from: "a")
            indexed.index.forget(["u"], in: "a")
            #expect(try await indexed.items().isEmpty)
            // Later than the removal, as when another thread is slow.
            indexed.index.add(records, appended, to: "a")
            #expect(try await indexed.items().isEmpty)
        }
    }

    @Test func anEventThatComesWhileTheStoreIsReadIsNotLost() async throws {
        try await withStore { store in
            let indexed = Indexed(store)
            try await indexed.put(record("1"))
            let seen = try await indexed.index.events(in: "a", ofUser: "u") {
                let past = try await store.recentPast(in: "a", ofUser: "u", limit: 10)
                try await indexed.put(record("2", time: 2))
                return past
            }
            #expect(seen.map(\.item) == ["1"])
            #expect(try await indexed.items() == ["1", "2"])
        }
    }

    @Test func aRepeatedEventCountsOnce() async throws {
        try await withStore { store in
            let indexed = Indexed(store)
            try await indexed.put(record("1"), record("1"), record("2", identifier: "e"))
            #expect(try await indexed.items() == ["1", "2"])
            try await indexed.put(record("1"), record("3", time: 2, identifier: "e"), record("1", time: 3))
            #expect(try await indexed.items() == ["1", "2", "1"])
        }
    }

    @Test func aSessionIsAUserUntilItNamesOne() async throws {
        try await withStore { store in
            let indexed = Indexed(store)
            try await indexed.put(record("1", user: nil, session: "visit"))
            #expect(try await indexed.items("visit") == ["1"])
            try await indexed.put(record("2", user: nil, session: "visit", time: 2))
            #expect(try await indexed.items("visit") == ["1", "2"])
            #expect(try await indexed.items("u") == [])
            try await indexed.put(record("3", user: "u", session: "visit", time: 3))
            #expect(try await indexed.items("u") == ["1", "2", "3"])
            #expect(try await indexed.items("visit") == [])
        }
    }

    @Test func onlyTheNewestEventsOfAUserAreKept() async throws {
        try await withStore { store in
            let indexed = Indexed(store)
            let limit = RecentEventIndex.eventsPerUser
            for start in 0..<3 {
                let records = (0..<limit / 2).map { record("\(start)-\($0)", time: Int64(start * limit + $0)) }
                indexed.index.add(records, try await store.append(records, to: "a"), to: "a")
                #expect(try await indexed.items().last == records.last?.cells["ITEM_ID"])
            }
            let kept = try await indexed.items()
            #expect(kept.count == limit && kept.first == "1-0")
            #expect(try await Indexed(store).items() == kept)
        }
    }

    @Test func usersAboutWhomNobodyAsksAreDroppedAndReadAgain() async throws {
        try await withStore { store in
            let indexed = Indexed(store, capacity: 16 * 2 * 40)
            try await indexed.put(record("1", user: "first"))
            #expect(try await indexed.items("first") == ["1"])
            for number in 0..<2_000 { _ = try await indexed.items("\(number)") }
            #expect(indexed.reads == 2_001)
            try await indexed.put(record("2", user: "first", time: 2))
            #expect(try await indexed.items("first") == ["1", "2"])
            #expect(indexed.reads == 2_002)
        }
    }

    @Test func underManyWritersAndReadersTheIndexSaysWhatTheStoreSays() async throws {
        try await withStore { store in
            let indexed = Indexed(store, capacity: 16 * 2 * 30)
            await withTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        var random = SeededGenerator(seed: UInt64(writer))
                        for step in 0..<60 {
                            let user = "u\(random.index(below: 6))"
                            let named = random.index(below: 3) > 0
                            let event = record(
                                "\(writer)-\(step)", user: named ? user : nil, session: "s\(random.index(below: 6))",
                                time: Int64(random.index(below: 1000)))
                            try? await indexed.put(event)
                            if named, let seen = try? await indexed.items(user) {
                                #expect(seen.contains("\(writer)-\(step)"))
                            }
                        }
                    }
                }
            }
            for name in (0..<6).flatMap({ ["u\($0)", "s\($0)"] }) {
                let kept = try await indexed.items(name)
                let stored = try await Indexed(store).items(name)
                #expect(kept.count == stored.count && Set(kept) == Set(stored))
            }
        }
    }

    @Test func anEventCountsAsItsSolutionSays() throws {
        let config = EventsConfig(eventParametersList: [
            EventParameters(eventType: "buy", eventValueThreshold: 3, weight: 1),
            EventParameters(eventType: "view", weight: 0.5), EventParameters(eventType: "skip", weight: 0),
        ])
        let selection = try EventSelection(eventType: nil, threshold: nil, events: config)
        #expect(!selection.isAll && EventSelection.all.isAll)
        #expect(selection.counts(eventType: "buy", value: 3) && !selection.counts(eventType: "buy", value: 2.5))
        #expect(!selection.counts(eventType: "buy", value: .nan) && selection.counts(eventType: "view", value: .nan))
        #expect(!selection.counts(eventType: "skip", value: 9) && !selection.counts(eventType: nil, value: 9))
        #expect(EventSelection.all.counts(eventType: nil, value: .nan))
    }
}
