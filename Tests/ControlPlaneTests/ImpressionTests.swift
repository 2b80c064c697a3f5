import ControlPlane
import Foundation
import PersonalizeAPI
import Recipes
import Testing

@Suite struct ImpressionTests {
    private func impression(
        _ text: String, taken: String? = nil, recommendation: String? = nil, user: String? = "u"
    ) throws -> Impression {
        try #require(Impression(text, taken: taken, recommendation: recommendation, user: user))
    }

    /// Against the rates written out: 10 lists of the average rate are added to those of a place.
    @Test func whatIsExpectedOfAnItemDependsOnWhereItWasShown() throws {
        var counts = ImpressionCounts()
        for list in 0..<20 {
            let taken = list < 15 ? "first" : list < 18 ? "second" : "elsewhere"
            counts.add(try impression("first|second", taken: taken, recommendation: "\(list)"))
        }
        counts.add(try impression("second|third|third", recommendation: "last"))
        let average: Float = 18 / 42
        let rates = [(15 + 10 * average) / 31, (3 + 10 * average) / 31]
        let found = counts.impressions(of: ["first", "second", "third", "never"])
        for (item, expected) in zip(found, [20 * rates[0], 20 * rates[1] + rates[0], rates[1], 0]) {
            #expect(abs(item.expected - expected) < 1e-4)
        }
        #expect(found.map(\.taken) == [15, 3, 0, 0])
    }

    @Test func aListCountsOnceHoweverManyEventsTellOfIt() throws {
        func expected(_ impressions: [Impression]) -> [ItemImpressions] {
            var counts = ImpressionCounts()
            for impression in impressions { counts.add(impression) }
            return counts.impressions(of: ["a", "b"])
        }
        let once = [
            try impression("a|b", taken: "a", recommendation: "r"),
            try impression("a|b", taken: "b", recommendation: "r"),
        ]
        // The second taking of an item from the same list is none, and who tells of a named list does not matter.
        let again = try impression("a|b", taken: "a", recommendation: "r", user: "v")
        #expect(expected(once + [again, again]) == expected(once))
        #expect(expected(once).map(\.taken) == [1, 1])
        let unnamed = try impression("a|b", taken: "a")
        #expect(expected([unnamed, unnamed]) == expected([unnamed]))
        #expect(expected([unnamed, try impression("a|b", taken: "a", user: "v")]).map(\.taken) == [2, 0])
    }

    @Test func nothingIsNoImpression() {
        #expect(Impression(nil, taken: "a", recommendation: "r", user: "u") == nil)
        #expect(Impression("", taken: "a", recommendation: "r", user: "u") == nil)
        #expect(Impression("||", taken: "a", recommendation: "r", user: "u") == nil)
        let many = (0..<600).map { "i\($0 % 300)" }.joined(separator: "|")
        #expect(Impression(many, taken: nil, recommendation: nil, user: nil)?.items == (0..<25).map { "i\($0)" })
    }

    @Test func theNewestListsAreKnownInTheirOwnGroup() {
        let lists = AnsweredLists(capacity: 20)
        let group = "arn:group"
        for list in 0..<100 { lists.keep((0..<30).map { "i\(list)-\($0)" }, as: "r\(list)", ofDatasetGroup: group) }
        #expect(lists.items(of: "r99", inDatasetGroup: group) == (0..<25).map { "i99-\($0)" })
        #expect(lists.items(of: "r80", inDatasetGroup: group) != nil)
        #expect(lists.items(of: "r79", inDatasetGroup: group) == nil)
        #expect(lists.items(of: "r0", inDatasetGroup: group) == nil)
        #expect(lists.items(of: "r99", inDatasetGroup: "another") == nil)
        #expect(lists.items(of: "never", inDatasetGroup: group) == nil)
    }

    @Test func eventsThatComeDuringTheReadingCountOnce() async throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "palate-tally-\(UUID().uuidString).sqlite")
        defer {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: url.path + suffix) }
        }
        let store = try EmbeddedRecordStore(at: url)
        let tally = ImpressionTally()
        func put(_ name: String) async throws -> ([StreamedRecord], AppendedRecords) {
            let records = [
                StreamedRecord(
                    user: "u", session: "s", time: 1,
                    cells: ["ITEM_ID": "a", "IMPRESSION": "a|b", "RECOMMENDATION_ID": name])
            ]
            return (records, try await store.append(records, to: "stream"))
        }
        func taken() -> Float? { tally.impressions(of: ["a"])?.first?.taken }
        #expect(taken() == nil)
        let early = try await put("1")
        try await tally.rebuild {
            var counts = ImpressionCounts()
            counts.add(try impression("a|b", taken: "a", recommendation: "1"))
            let through = early.1.positions.max() ?? 0
            let late = try await put("2")
            tally.add(late.0, late.1)
            return (counts, through)
        }
        // It was read, and is told of late.
        tally.add(early.0, early.1)
        #expect(taken() == 2)
    }

    @Test func recordsWithoutTheFieldAreNotRead() async throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "palate-field-\(UUID().uuidString).sqlite")
        defer {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: url.path + suffix) }
        }
        let store = try EmbeddedRecordStore(at: url)
        func record(_ cells: [String: String]) -> StreamedRecord { StreamedRecord(user: "u", time: 1, cells: cells) }
        try await store.append(
            [
                record(["ITEM_ID": "a"]), record(["ITEM_ID": #"","IMPRESSION":""#]), record(["IMPRESSION": "a"]),
                record(["DEVICE": "IMPRESSION"]), record(["IMPRESSION": "b", "ITEM_ID": "b"]),
            ], to: "stream")
        let found = try await store.records(in: "stream", after: 0, limit: 10, with: "IMPRESSION")
        #expect(found.map { $0.record.cells["IMPRESSION"] } == ["a", "b"])
        let second = try await store.records(in: "stream", after: 0, limit: 1, with: "IMPRESSION")
        #expect(second.map { $0.record.cells["IMPRESSION"] } == ["a"])
    }

    @Test func explicitImpressionsWinOverImplicitOnesAndARestartCountsThemAgain() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "palate-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let items = ["i0", "shown", "told"]
        let group: String
        let before: [ItemImpressions]?
        do {
            let service = try TestService(directory: directory)
            let plane = service.controlPlane
            try await service.allowImports()
            let tracker: String?
            (group, tracker) = try await service.whileJobsRun {
                let group = try await service.createGroup()
                _ = try await service.createDataset(in: group)
                let made = try await plane.createEventTracker(.init(name: "tracker", datasetGroupArn: group))
                let arn = try #require(made.eventTrackerArn)
                _ = try await service.settled {
                    try await plane.describeEventTracker(.init(eventTrackerArn: arn)).eventTracker?.status
                }
                return (group, made.trackingId)
            }
            let tracking = try #require(tracker)
            let tally = try #require(try await plane.impressions(ofDatasetGroup: group, for: .userPersonalization))
            plane.answeredLists.keep(["i0", "shown"], as: "RID-1", ofDatasetGroup: group)
            plane.answeredLists.keep(["i0", "shown"], as: "RID-2", ofDatasetGroup: group)
            func put(_ recommendation: String?, _ impression: [String]? = nil) async throws {
                _ = try await plane.putEvents(
                    .init(
                        trackingId: tracking, userId: "u", sessionId: "s",
                        eventList: [
                            .init(
                                eventType: "watch", itemId: "i0", sentAt: Timestamp(Date()),
                                recommendationId: recommendation, impression: impression)
                        ]))
            }
            try await put("RID-1")
            try await put("RID-1")
            try await put("RID-2", ["i0", "told"])
            try await put("RID-3")
            try await put(nil)
            before = tally.impressions(of: items)
            #expect(before?.map(\.taken) == [2, 0, 0])
            let shown = before?.map { $0.expected > 0 }
            #expect(shown == [true, true, true] && before?[1] == before?[2])
        }
        let plane = try TestService(directory: directory).controlPlane
        #expect(try await plane.impressions(ofDatasetGroup: group, for: .popularityCount) == nil)
        let after = try #require(try await plane.impressions(ofDatasetGroup: group, for: .userPersonalization))
        #expect(after.impressions(of: items) == before)
    }
}
