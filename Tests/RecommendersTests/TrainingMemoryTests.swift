import Datasets
import Recommenders
import Synchronization
import Testing

@Suite struct TrainingMemoryTests {
    /// The greatest bound that a training announces, and in which step it first does.
    private func announced(
        _ algorithm: Algorithm, on data: Interactions, limit: Int? = nil, items: Int = 60
    ) throws -> (bytes: Int, first: Int?) {
        let steps = Mutex<[Double?]>([])
        var options = TrainingOptions(seed: 2, threads: 2, memoryLimit: limit) { progress in
            steps.withLock { $0.append(progress.measurements[TrainingOptions.memoryMeasurement]) }
        }
        options.metadata = try sampleMetadata(items: items)
        _ = try algorithm.train(on: data, options: options)
        return steps.withLock { steps in
            (Int(steps.compactMap(\.self).max() ?? 0), steps.firstIndex { $0 != nil })
        }
    }

    @Test(arguments: Algorithm.allCases)
    func theFirstStepAnnouncesTheMemory(_ algorithm: Algorithm) throws {
        let (bytes, first) = try announced(algorithm, on: sampleInteractions())
        #expect(first == 0)
        #expect(bytes > 0)
    }

    @Test(arguments: Algorithm.allCases)
    func whatDoesNotFitIsRefusedBeforeItBegins(_ algorithm: Algorithm) throws {
        let steps = Mutex(0)
        var options = TrainingOptions(memoryLimit: 1_000) { _ in steps.withLock { $0 += 1 } }
        options.metadata = try sampleMetadata()
        let error = #expect(throws: TrainingError.self) {
            try algorithm.train(on: sampleInteractions(), options: options)
        }
        guard case .insufficientMemory(let needed, let limit, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(needed > limit && limit == 1_000)
        #expect(steps.withLock { $0 } == 0)
    }

    /// Without `recency_mask` the ridge has one memory instead of two: four matrices stand at the peak, not six.
    @Test func whatRemembersLessIsAnnouncedToTakeLess() throws {
        func announced(_ recencyMask: String) throws -> Int {
            let bytes = Mutex(0)
            _ = try Algorithm.userPersonalization.train(
                on: sampleInteractions(), hyperparameters: ["recency_mask": recencyMask],
                options: TrainingOptions { progress in
                    bytes.withLock { $0 = max($0, Int(progress.measurements[TrainingOptions.memoryMeasurement] ?? 0)) }
                })
            return bytes.withLock { $0 }
        }
        #expect(try announced("true") - announced("false") == 2 * 4 * 60 * 60)
    }

    /// Those whose bound is tested to the byte; the others cover fewer items when they may take less.
    static let exact: [Algorithm] = [
        .popularity, .trendingNow, .weightedRating, .als, .userKNN, .itemAffinity, .contentBased, .semanticSimilarity,
        .nextBestAction, .neuralClassifier,
    ]

    @Test(arguments: exact) func theBoundIsWhereRefusalBegins(_ algorithm: Algorithm) throws {
        let data = sampleInteractions()
        let bytes = try announced(algorithm, on: data).bytes
        #expect(try announced(algorithm, on: data, limit: bytes).bytes == bytes)
        let error = #expect(throws: TrainingError.self) { try announced(algorithm, on: data, limit: bytes - 1) }
        guard case .insufficientMemory(let needed, let limit, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect((needed, limit) == (bytes, bytes - 1))
    }

    @Test(arguments: [Algorithm.similarItems, .sims, .itemKNN, .ease])
    func whatCanShrinkStaysBelowTheLimit(_ algorithm: Algorithm) throws {
        let data = sampleInteractions(users: 300, items: 400, events: 12_000)
        let whole = try announced(algorithm, on: data, items: 400).bytes
        var last = Int.max
        for percent in [100, 95, 90] {
            let bytes = try announced(algorithm, on: data, limit: whole * percent / 100, items: 400).bytes
            #expect(bytes <= whole * percent / 100)
            #expect(bytes < last)
            last = bytes
        }
    }

    @Test(arguments: exact + [.similarItems, .sims, .itemKNN, .ease])
    func moreDataIsAnnouncedToTakeMore(_ algorithm: Algorithm) throws {
        let base = try announced(algorithm, on: sampleInteractions(users: 120, items: 60, events: 2_400)).bytes
        for data in [
            sampleInteractions(users: 240, items: 60, events: 4_800),
            sampleInteractions(users: 120, items: 60, events: 9_600),
        ] { #expect(try announced(algorithm, on: data).bytes > base) }
        let items = sampleInteractions(users: 120, items: 240, events: 2_400)
        #expect(try announced(algorithm, on: items, items: 240).bytes > base)
    }

    @Test func aRecipeThatWouldFitIsNamedAndDoes() throws {
        let data = sampleInteractions(users: 2_000, items: 60, events: 8_000)
        let needed = try announced(.itemAffinity, on: data).bytes
        for limit in [needed - 1, needed * 3 / 5] {
            let error = #expect(throws: TrainingError.self) {
                try announced(.itemAffinity, on: data, limit: limit)
            }
            guard case .insufficientMemory(_, _, let alternative?)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(error?.description.contains(alternative.rawValue) == true)
            #expect(try announced(alternative, on: data, limit: limit).bytes <= limit)
        }
    }

    @Test func theMessageGivesAmountsInHumanUnits() {
        let error = TrainingError.insufficientMemory(needed: 3 << 30, limit: 1_610_612_736, alternative: .itemKNN)
        #expect(
            error.description
                == "training needs 3 GiB of memory beside the data and may take 1.5 GiB; the recipe palate-item-knn "
                + "would fit")
        let none = TrainingError.insufficientMemory(needed: 2_000, limit: 1, alternative: nil)
        #expect(
            none.description
                == "training needs 2 KiB of memory beside the data and may take 1 bytes; allow more, or train on less "
                + "data")
    }
}
