public import Datasets
import LinearAlgebra

/// Items that like-minded users chose: the recipe `palate-user-knn`.
///
/// A user is a sparse vector over the items, 1 for each met item, or the newest `EVENT_VALUE` of each. The score of an item
/// is the sum, over the users whose vectors are most similar to the history's, of similarity times what their vectors say
/// of the item. J. L. Herlocker, J. A. Konstan, A. Borchers, J. Riedl, "An Algorithmic Framework for Performing
/// Collaborative Filtering" (SIGIR 1999), without mean-centring, because who meets an item at all says most. Users without
/// an item in common are no neighbours; items that no neighbour met follow in the order of their popularity.
///
/// Nothing is fitted: the model is the users' vectors. Scoring takes the users of the history's items, and neighbours ·
/// their histories, additions. A user of the training data is a neighbour, too, also of the same user's own history.
public struct UserKNN: Recommender {
    public let items: Vocabulary
    let vectors: UserVectors
    let settings: Settings
    let popularity: Popularity
    private let tail: [Float]

    /// How neighbours are found.
    struct Settings: Sendable, Equatable {
        var similarity: Hyperparameters.Similarity
        var usesValues: Bool
        var neighbours: Int
        var shrinkage: Float
        /// Stands for a missing value.
        var meanValue: Float
    }

    init(items: Vocabulary, vectors: UserVectors, settings: Settings, popularity: Popularity) {
        self.items = items
        self.vectors = vectors
        self.settings = settings
        self.popularity = popularity
        tail = popularity.tail()
    }

    /// Sums over neighbours are positive where values are; items that are only popular have scores below 0.
    public func scores(for history: History) -> [Float] {
        let neighbours = neighbours(of: history)
        guard !neighbours.isEmpty else { return popularity.counts }
        var scores = [Float](repeating: 0, count: items.count)
        for (user, similarity) in neighbours {
            vectors.forEach(of: user) { item, value in scores[item] += similarity * value }
        }
        for item in scores.indices where scores[item] == 0 { scores[item] = tail[item] }
        return scores
    }

    /// How many of the history's like-minded users met each item.
    public func likeMindedUsers(for history: History) -> [Int] {
        var counts = [Int](repeating: 0, count: items.count)
        for (user, _) in neighbours(of: history) { vectors.forEach(of: user) { item, _ in counts[item] += 1 } }
        return counts
    }

    /// The most similar users, most similar first, of equal ones the first; similarities are above 0.
    func neighbours(of history: History) -> [(user: Int, similarity: Float)] {
        let vector = UserVectors.vector(
            of: history, itemCount: items.count, meanValue: settings.usesValues ? settings.meanValue : nil)
        let norm = vector.reduce(0) { $0 + $1.value * $1.value }
        var products = [Float](repeating: 0, count: vectors.count)
        var isTouched = [Bool](repeating: false, count: vectors.count)
        for (item, value) in vector {
            vectors.forEachUser(of: Int(item)) { user, other in
                products[user] += value * other
                isTouched[user] = true
            }
        }
        let touched = isTouched.indices.filter { isTouched[$0] }
        let similarities = touched.map { user -> Float in
            let other = vectors.squaredNorms[user]
            switch settings.similarity {
            case .cosine:
                return products[user]
                    / max(((norm + settings.shrinkage) * (other + settings.shrinkage)).squareRoot(), 1e-6)
            case .euclidean:
                return 1 / (1 + settings.shrinkage + max(norm + other - 2 * products[user], 0).squareRoot())
            }
        }
        return topIndices(of: similarities, count: settings.neighbours).filter { similarities[$0] > 0 }
            .map { (touched[$0], similarities[$0]) }
    }
}

extension UserKNN {
    /// What a training run can be told.
    public struct Hyperparameters: Sendable, Equatable {
        /// How like-minded two users are, x · y and d² being over all items, s the shrinkage.
        public enum Similarity: String, Sendable, CaseIterable {
            /// x · y / √((|x|² + s) · (|y|² + s))
            case cosine
            /// 1 / (1 + s + |x - y|)
            case euclidean
        }

        /// What a user's vector holds of a met item.
        public enum Values: String, Sendable, CaseIterable {
            /// 1.
            case implicit
            /// The newest value of the user's events on the item; the mean of all where there is none.
            case eventValue = "event-value"
        }

        /// `similarity`.
        public var similarity: Similarity
        /// `values`.
        public var values: Values
        /// `neighbours`: how many like-minded users are asked.
        public var neighbours: Int
        /// `shrinkage`: restrains users with short histories.
        public var shrinkage: Double

        /// - Throws: ``TrainingError`` for an unknown name or a value outside the range.
        public init(_ texts: [String: String] = [:]) throws(TrainingError) {
            var reader = HyperparameterReader(texts)
            similarity = try Self.choice(reader.text("similarity"), "similarity", default: .cosine)
            values = try Self.choice(reader.text("values"), "values", default: .implicit)
            neighbours = try reader.integer("neighbours", in: 1...10_000, default: 100)
            shrinkage = try reader.number("shrinkage", in: 0...10_000, default: 10)
            try reader.finish()
        }

        private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
            _ text: String?, _ name: String, default fallback: Choice
        ) throws(TrainingError) -> Choice {
            guard let text else { return fallback }
            guard let choice = Choice(rawValue: text.lowercased()) else {
                let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
                throw .invalidHyperparameter(name, value: text, expected: "one of \(known)")
            }
            return choice
        }
    }

    /// - Throws: `CancellationError`.
    init(
        training histories: UserHistories, items: Vocabulary, hyperparameters: Hyperparameters,
        options: TrainingOptions
    ) throws {
        try options.announce(
            memory: UserVectors.memory(
                histories, itemCount: items.count, hasValues: hyperparameters.values == .eventValue)
                + Popularity.memory(itemCount: items.count) + 4 * items.count)
        try options.advance(to: 0.1, "collecting users")
        let values = histories.eventValues.filter(\.isFinite)
        let sum = values.reduce(0.0) { $0 + Double($1) }
        let mean = values.isEmpty ? 1 : Float(sum / Double(values.count))
        let usesValues = hyperparameters.values == .eventValue
        self.init(
            items: items,
            vectors: UserVectors(histories, itemCount: items.count, meanValue: usesValues ? mean : nil),
            settings: Settings(
                similarity: hyperparameters.similarity, usesValues: usesValues,
                neighbours: hyperparameters.neighbours, shrinkage: Float(hyperparameters.shrinkage), meanValue: mean),
            popularity: Popularity(histories: histories, items: items))
    }
}

extension UserKNN: StorableRecommender {
    var learned: [String: Double] { settings.usesValues ? ["mean_value": Double(settings.meanValue)] : [:] }

    func tensors() -> [SafetensorsWriter.Tensor] {
        vectors.tensors() + popularity.tensors() + [
            .init(
                "users.settings",
                [
                    settings.similarity == .cosine ? 0 : 1, settings.usesValues ? 1 : 0, Float(settings.neighbours),
                    settings.shrinkage, settings.meanValue,
                ])
        ]
    }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        let stored = try file.array("users.settings", of: Float.self, count: 5)
        guard stored.allSatisfy(\.isFinite), (1...10_000).contains(stored[2]), stored[3] >= 0 else {
            throw .damaged(file: "weights.safetensors", reason: "'users.settings' is not usable")
        }
        self.init(
            items: items, vectors: try UserVectors(file: file, itemCount: items.count),
            settings: Settings(
                similarity: stored[0] == 0 ? .cosine : .euclidean, usesValues: stored[1] != 0,
                neighbours: Int(stored[2]), shrinkage: stored[3], meanValue: stored[4]),
            popularity: try Popularity(file: file, items: items, eventTypes: eventTypes))
    }
}
