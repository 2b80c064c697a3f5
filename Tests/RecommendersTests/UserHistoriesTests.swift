import Datasets
import Recommenders
import Testing

@Suite struct UserHistoriesTests {
    @Test func eventsAreOrderedByTimeAndThenByTheFile() {
        let histories = UserHistories(
            interactions([
                ("a", "x", 5, "t"), ("b", "y", 1, "t"), ("a", "y", 3, "s"), ("a", "z", 5, "s"), ("a", "x", 3, "t"),
            ]))
        #expect(histories.count == 2)
        #expect(histories[0].items == [1, 0, 0, 2])
        #expect(histories[0].timestamps == [3, 3, 5, 5])
        #expect(histories[0].eventTypes == [1, 0, 0, 1])
        #expect(histories[1].items == [1])
    }

    @Test func eventsOutsideTheVocabulariesAreLeftOut() {
        var data = interactions([("a", "x", 1, nil), ("a", "y", 2, nil)])
        data.itemIndices[0] = 7
        #expect(UserHistories(data)[0].items == [1])
        #expect(UserHistories(data)[0].eventTypes == [.max])
    }

    @Test func shortenedUsersTrainWithoutTheirNewestTenth() {
        let events = [("a", 20), ("b", 20), ("c", 1)].flatMap { user, count in
            (0..<count).map { (user, "i\($0)", Int64($0), String?.none) }
        }
        let data = interactions(events)
        let histories = UserHistories(data)
        for weights in [EventWeights.equal, EventWeights(["watch": 2])] {
            let sequences = ItemSequences(
                histories, users: [0, 1, 2], itemCount: data.items.count,
                weights: weights.numbered(by: Vocabulary(["watch"])), shortened: [1, 2])
            #expect(sequences.offsets == [0, 20, 38, 38])
            #expect(sequences.items == Array(0..<20) + Array(0..<18))
        }
    }

    @Test(arguments: [(1, 0, 1), (2, 1, 1), (9, 8, 1), (10, 9, 1), (15, 13, 2), (20, 18, 2)])
    func theNewestTenthIsHeldOut(_ count: Int, _ kept: Int, _ heldOut: Int) {
        let history = UserHistories(interactions((0..<count).map { ("a", "i\($0)", Int64($0), nil) }))[0]
        let (input, targets) = HeldOutEvents.newestTenth(of: history)
        #expect(input.items == Array(history.items.prefix(kept)))
        #expect(targets == Set(history.items.suffix(heldOut)))
    }
}
