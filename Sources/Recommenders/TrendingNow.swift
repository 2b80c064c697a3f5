public import Datasets

/// Items whose number of events grows fastest, for everybody alike: the recipe `aws-trending-now`.
///
/// The newest interval ends with the newest event. An item with n events in it and m in the interval before gained
/// (n - m) / √(n + m) standard deviations, were its rate the same in both (J. Przyborowski and H. Wilenski, "Homogeneity
/// of Results in Testing Samples from Poisson Series", Biometrika 1940, in the normal approximation): a steady seller
/// that had a good hour does not hide a newcomer. Items that gained come first, then what is popular.
///
/// Training is two passes over the events; scoring copies the catalogue's scores.
public struct TrendingNow: Recommender, Equatable {
    public let items: Vocabulary
    /// Above 0 for items that gained, below 0 for the others.
    let scores: [Float]

    public func scores(for history: History) -> [Float] { scores }
}

extension TrendingNow {
    /// `trend_discovery_frequency`: how long an interval is (developer guide, "Trending-Now recipe").
    public enum Frequency: String, Sendable, CaseIterable {
        case thirtyMinutes = "30 minutes"
        case oneHour = "1 hour"
        case twoHours = "2 hours"
        case threeHours = "3 hours"
        case oneDay = "1 day"

        public var seconds: Int64 {
            switch self {
            case .thirtyMinutes: 1_800
            case .oneHour: 3_600
            case .twoHours: 7_200
            case .threeHours: 10_800
            case .oneDay: 86_400
            }
        }

        /// - Throws: ``TrainingError`` for an unknown name or a value that is no interval.
        public init(_ values: [String: String]) throws(TrainingError) {
            var reader = HyperparameterReader(values)
            let name = "trend_discovery_frequency"
            let text = reader.text(name) ?? Frequency.twoHours.rawValue
            try reader.finish()
            guard let frequency = Frequency.allCases.first(where: { $0.rawValue == text.lowercased() }) else {
                throw .invalidHyperparameter(
                    name, value: text,
                    expected: "one of \(Frequency.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            self = frequency
        }
    }

    /// Bytes of a training: two counts, popularity twice over and scores.
    static func memory(itemCount: Int) -> Int { 20 * itemCount }

    init(histories: UserHistories, items: Vocabulary, frequency: Frequency) {
        let newest = histories.timestamps.max() ?? 0
        func before(_ seconds: Int64) -> Int64 {
            let (start, overflow) = newest.subtractingReportingOverflow(seconds)
            return overflow ? .min : start
        }
        let (middle, start) = (before(frequency.seconds), before(2 * frequency.seconds))
        var recent = [Float](repeating: 0, count: items.count)
        var earlier = recent
        for (item, time) in zip(histories.items, histories.timestamps) {
            if time > middle { recent[Int(item)] += 1 } else if time > start { earlier[Int(item)] += 1 }
        }
        var scores = Popularity(histories: histories, items: items).tail()
        for item in scores.indices where recent[item] > earlier[item] {
            scores[item] = (recent[item] - earlier[item]) / (recent[item] + earlier[item]).squareRoot()
        }
        self.items = items
        self.scores = scores
    }
}

extension TrendingNow: StorableRecommender {
    var learned: [String: Double] { ["trending_items": Double(scores.count { $0 > 0 })] }

    func tensors() -> [SafetensorsWriter.Tensor] { [.init("trend.scores", scores)] }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        scores = try file.array("trend.scores", of: Float.self, count: items.count)
        self.items = items
    }
}
