import ControlPlane
import Foundation
import PersonalizeAPI
import Testing

/// The embedded store of records that come one by one.
@Suite struct StreamedRecordTests {
    private func withStore(_ body: (EmbeddedRecordStore, URL) async throws -> Void) async throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "palate-events-\(UUID().uuidString).sqlite")
        defer {
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: url.path + suffix)
            }
        }
        try await body(try EmbeddedRecordStore(at: url), url)
    }

    private func event(_ item: String, user: String? = "u", session: String = "s") -> StreamedRecord {
        StreamedRecord(user: user, session: session, time: 1, cells: ["ITEM_ID": item])
    }

    @Test func recordsOfManyWritersAreAllKeptAndFoundByAnotherStore() async throws {
        try await withStore { store, url in
            await withTaskGroup(of: Void.self) { group in
                for writer in 0..<50 {
                    group.addTask { _ = try? await store.append([event("\(writer)"), event("\(writer)b")], to: "a") }
                }
            }
            let other = try EmbeddedRecordStore(at: url)
            let found = try await other.records(in: "a", after: 0, limit: 1000)
            #expect(Set(found.compactMap { $0.record.cells["ITEM_ID"] }).count == 100)
            #expect(found.map(\.position) == found.map(\.position).sorted())
            #expect(try await other.lastPosition(in: "a") == found.last?.position)
        }
    }

    @Test func aUsersNewestRecordsComeFirstAndNobodyElses() async throws {
        try await withStore { store, _ in
            try await store.append([event("1"), event("2", user: "v"), event("3"), event("4")], to: "a")
            try await store.append([event("5")], to: "b")
            let found = try await store.newestRecords(in: "a", ofUser: "u", limit: 2)
            #expect(found.map { $0.record.cells["ITEM_ID"] } == ["4", "3"])
        }
    }

    @Test func anEventThatNamesItsUserNamesTheUserOfItsSession() async throws {
        try await withStore { store, _ in
            try await store.append([event("1", user: nil), event("2", user: nil, session: "other")], to: "a")
            try await store.append([event("3")], to: "a")
            let found = try await store.records(in: "a", after: 0, limit: 10)
            #expect(found.map(\.record.user) == ["u", nil, "u"])
        }
    }

    @Test func removalTakesTheNamedUsersAndStreamsOnly() async throws {
        try await withStore { store, _ in
            try await store.append([event("1"), event("2", user: "v"), event("3", user: nil, session: "w")], to: "a")
            try await store.append([event("4")], to: "b")
            #expect(try await store.removeRecords(ofUsers: ["u", "w"], from: "a") == 2)
            #expect(try await store.records(in: "a", after: 0, limit: 10).map(\.record.user) == ["v"])
            try await store.removeStreams(except: ["b"])
            #expect(try await store.records(in: "a", after: 0, limit: 10).isEmpty)
            #expect(try await store.records(in: "b", after: 0, limit: 10).count == 1)
        }
    }

    @Test func datasetsWrittenBeforeStreamsStillDecode() throws {
        let text = #"{"directory":"0123","rowCount":7}"#
        let data = try JSONDecoder().decode(BulkData.self, from: Data(text.utf8))
        #expect(data.directory == "0123" && data.rowCount == 7 && data.streamPosition == nil)
    }
}
