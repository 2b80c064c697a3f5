import Datasets
import LinearAlgebra

extension ShallowAutoencoder: ExactlyExplained {
    /// The weights from the items of the history to the item.
    func contributions(to item: Int, from history: History) -> ScoreParts? {
        guard let target = selection.position(of: UInt32(item)) else { return nil }
        var values: [UInt32: Double] = [:]
        for known in history.items {
            guard let position = selection.position(of: known) else { continue }
            values[known] = Double(weights[Int(position), Int(target)])
        }
        return values.isEmpty ? nil : ScoreParts(values: values)
    }
}

extension ItemKNN: ExactlyExplained {
    /// The similarities of the item in the lists of the items of the history.
    func contributions(to item: Int, from history: History) -> ScoreParts? {
        var values: [UInt32: Double] = [:]
        for known in Set(history.items) where Int(known) < items.count {
            neighbours.forEach(of: Int(known)) { neighbour, similarity in
                if neighbour == item { values[known, default: 0] += Double(similarity) }
            }
        }
        return values.isEmpty ? nil : ScoreParts(values: values)
    }
}

extension ImplicitALS: ExactlyExplained {
    /// The score is v · A⁻¹ · Σ vⱼ over the items of the history, A being the matrix of the user's normal equations: a sum of
    /// (A⁻¹ v) · vⱼ (Y. Hu, Y. Koren, C. Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008,
    /// section 5). Solved in double precision, where scoring takes some steps of conjugate gradients, so the sum may
    /// differ from the score in the last digits.
    func contributions(to item: Int, from history: History) -> ScoreParts? {
        let known = Set(history.items.filter { Int($0) < items.count }).sorted()
        guard !known.isEmpty else { return nil }
        let dimension = gram.rows
        var system = [Double](repeating: 0, count: dimension * dimension)
        for row in 0..<dimension {
            for (column, value) in gram.row(row).enumerated() { system[row * dimension + column] = Double(value) }
        }
        let ridge = objective.ridge(interactionCount: known.count, otherSideCount: itemFactors.rows)
        for index in 0..<dimension { system[index * dimension + index] += Double(ridge) }
        for other in known {
            let vector = itemFactors.row(Int(other)).map(Double.init)
            for row in 0..<dimension {
                for column in 0..<dimension { system[row * dimension + column] += vector[row] * vector[column] }
            }
        }
        guard let weights = solveSymmetric(system, itemFactors.row(item).map(Double.init)) else { return nil }
        var values: [UInt32: Double] = [:]
        for other in known {
            values[other] = zip(weights, itemFactors.row(Int(other))).reduce(0) { $0 + $1.0 * Double($1.1) }
        }
        return ScoreParts(values: values)
    }
}

extension UserKNN: ExactlyExplained {
    /// The score is a sum over like-minded users; what one of them adds is divided among the items in common by their parts
    /// of the product of the two vectors, which makes the users alike.
    func contributions(to item: Int, from history: History) -> ScoreParts? {
        let own = vector(of: history)
        var values: [UInt32: Double] = [:]
        for (user, similarity) in neighbours(of: history) {
            var said: Double?
            var products: [(item: UInt32, product: Double)] = []
            vectors.forEach(of: user) { other, value in
                if other == item { said = Double(value) }
                if let mine = own[UInt32(other)] { products.append((UInt32(other), Double(mine) * Double(value))) }
            }
            let total = products.reduce(0) { $0 + $1.product }
            guard let said, total != 0 else { continue }
            for (known, product) in products {
                values[known, default: 0] += Double(similarity) * said * product / total
            }
        }
        return values.isEmpty ? nil : ScoreParts(values: values)
    }

    private func vector(of history: History) -> [UInt32: Float] {
        let entries = UserVectors.vector(
            of: history, itemCount: items.count, meanValue: settings.usesValues ? settings.meanValue : nil)
        return Dictionary(entries.map { ($0.item, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

extension ContentBased: ExactlyExplained {
    /// With the cosine, the shares of the items of the history in the profile times their products with the item; what
    /// popularity adds is the baseline. Nil with the Euclidean distance, which is no sum.
    func contributions(to item: Int, from history: History) -> ScoreParts? {
        guard settings.distance == .cosine, features.squaredNorms[item] > 0,
            let target = features.profile(of: [(item, 1)])
        else { return nil }
        let weights = weights(of: history).filter { $0.weight > 0 && features.squaredNorms[$0.item] > 0 }
        guard let profile = features.profile(of: weights) else { return nil }
        let total = weights.reduce(0.0) { $0 + Double($1.weight) }
        let norm = max((features.squaredNorms[item] * profile.squaredNorm).squareRoot(), 1e-12)
        let products = features.products(with: target)
        var values: [UInt32: Double] = [:]
        for (known, weight) in weights {
            values[UInt32(known)] = Double(weight) / total * Double(products[known]) / Double(norm)
        }
        return ScoreParts(
            baseline: Double(settings.popularityWeight) * Double(logPopularity[item]), values: values)
    }
}
