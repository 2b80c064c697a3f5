import Datasets
import Foundation
import LinearAlgebra
import Recommenders
import Testing

/// The loss of a batch in double precision, number by number, from the formulas in the documentation of
/// `ClassifierNetwork`.
private struct PlainNetwork {
    var matrices: [String: [[Double]]] = [:]
    let shape: ClassifierParameters.Shape
    /// Features of each item, known and cold.
    let features: [[Double]]
    let coldFeatures: [[Double]]

    init(_ parameters: ClassifierParameters, features: [[Double]], coldFeatures: [[Double]]) {
        shape = parameters.shape
        for (name, path) in ClassifierParameters.matrices {
            let matrix = parameters[keyPath: path]
            matrices[name] = (0..<matrix.rows).map { matrix.row($0).map { Double($0) } }
        }
        self.features = features
        self.coldFeatures = coldFeatures
    }

    private subscript(name: String) -> [[Double]] { matrices[name] ?? [] }

    private func dot(_ left: [Double], _ right: [Double]) -> Double { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }

    private func vector(of item: UInt32, isCold: Bool, _ own: String, _ described: String) -> [Double] {
        let features = (isCold ? coldFeatures : features)[Int(item)]
        return self[own][Int(item)].indices.map { column in
            (isCold ? 0 : self[own][Int(item)][column])
                + features.indices.reduce(0) { $0 + features[$1] * self[described][$1][column] }
        }
    }

    func loss(of batch: ClassifierBatch) -> Double {
        let d = shape.dimension
        func place(_ item: UInt32) -> Int { batch.inputItems.firstIndex(of: item) ?? -1 }
        let candidates = batch.candidates.indices.map {
            vector(of: batch.candidates[$0], isCold: batch.candidateIsCold[$0], "outputs", "output_features")
        }
        var loss = 0.0
        var total = 0.0
        for (row, example) in batch.examples.enumerated() {
            var input: [Double] = []
            for fading in HistoryPools.fading {
                let decays = example.items.indices.map { exp(-Double($0) / Double(fading)) }
                var pool = [Double](repeating: 0, count: d)
                for (event, item) in example.items.enumerated() {
                    let read = vector(
                        of: item, isCold: batch.inputIsCold[place(item)], "inputs", "input_features")
                    let weight =
                        decays[event] * self["kinds"][0][example.kinds[event]] / decays.reduce(0, +).squareRoot()
                    for column in 0..<d { pool[column] += weight * read[column] }
                }
                input += pool
            }
            var attributes = [Double](repeating: 0, count: d)
            for (feature, value) in example.attributes {
                for column in 0..<d { attributes[column] += Double(value) * self["attributes"][feature][column] }
            }
            let count = Double(example.items.count)
            input += attributes
            input += [log(1 + count) / log(1 + Double(HistoryPools.longest)), count == 0 ? 1 : 0, 1]
            let layer = self["user_layer"].map { dot($0, input) }
            let hidden = (0..<shape.hidden).map { unit in
                max(layer[unit], 0) * (batch.mask.map { Double($0[row, unit]) } ?? 1)
            }
            let user = (0..<d).map { layer[shape.hidden + $0] + dot(self["user_output"][$0], hidden) } + [1]
            let scores = candidates.indices.map { column in
                let v = candidates[column]
                var score = dot(user, v)
                for unit in 0..<shape.interactions {
                    score +=
                        self["interaction_weights"][0][unit]
                        * max(dot(self["interaction_users"][unit], user) + dot(self["interaction_items"][unit], v), 0)
                }
                let item = batch.candidates[column]
                let times = example.items.count { $0 == item }
                if times > 0 {
                    let repeats = self["repeats"][0]
                    score +=
                        repeats[0] + (example.items.first == item ? repeats[1] : 0) + repeats[2] * log(Double(times))
                }
                return score
            }
            func column(_ item: UInt32) -> Int { batch.candidates.firstIndex(of: item) ?? -1 }
            let own = Set(example.targets.map { column($0.item) })
            let sum = scores.indices.reduce(0.0) { sum, column in
                sum + exp(scores[column] + (own.contains(column) ? 0 : Double(batch.logWeights[column])))
            }
            for (item, weight) in example.targets {
                loss += Double(weight) * (log(sum) - scores[column(item)])
                total += Double(weight)
                for (target, others) in example.shown where target == item {
                    let among = ([target] + others).reduce(0.0) { $0 + exp(scores[column($1)]) }
                    loss += Double(weight) * (log(among) - scores[column(item)])
                }
            }
        }
        return loss / total
    }
}

@Suite struct NeuralClassifierGradientTests {
    private static let shape = ClassifierParameters.Shape(
        items: 9, features: 4, attributes: 3, kinds: 2, dimension: 5, hidden: 6, interactions: 4)

    /// Histories with repeats, an empty one, cold items on both sides, impressions, dropout and sampled candidates.
    private static func world() -> (ClassifierNetwork, ClassifierBatch, PlainNetwork) {
        var generator = SeededGenerator(seed: 4)
        var rows = SparseRows(columnCount: 4)
        var coldRows = rows
        var (plain, plainCold): ([[Double]], [[Double]]) = ([], [])
        for item in 0..<9 {
            let value = Float(generator.unit())
            rows.append([(column: item % 3, value: value), (3, 0.5)])
            coldRows.append([(column: item % 3, value: value)])
            plain.append((0..<4).map { $0 == item % 3 ? Double(value) : $0 == 3 ? 0.5 : 0 })
            plainCold.append((0..<4).map { $0 == item % 3 ? Double(value) : 0 })
        }
        var parameters = ClassifierParameters(
            shape, biases: (0..<9).map { -Float($0) / 4 }, seed: 8)
        for (_, path) in ClassifierParameters.matrices {
            var matrix = parameters[keyPath: path]
            for row in 0..<matrix.rows {
                for column in 0..<matrix.columns { matrix[row, column] += 0.3 * Float(generator.normal()) }
            }
            parameters[keyPath: path] = matrix
        }
        var examples: [ClassifierExample] = []
        for number in 0..<4 {
            var example = ClassifierExample()
            for _ in 0..<(number * 3) {
                example.items.append(UInt32(generator.index(below: 6)))
                example.kinds.append(generator.index(below: 2))
            }
            example.attributes = number % 2 == 0 ? [(0, 1), (2, 0.5)] : [(1, 1)]
            example.targets = [(UInt32(number), 1), (UInt32(number + 4), 2)]
            if number > 1 { example.shown = [(UInt32(number), [7, 8])] }
            examples.append(example)
        }
        var mask = Matrix(rows: 4, columns: 6)
        for row in 0..<4 { for unit in 0..<6 { mask[row, unit] = generator.unit() < 0.3 ? 0 : 1.5 } }
        var cold = SeededGenerator(seed: 2)
        let batch = ClassifierBatch(
            examples, sampled: [(0, 0.7), (5, -0.2), (3, 1.1)], itemCount: 9, mask: mask
        ) { _ in cold.unit() < 0.3 }
        let network = ClassifierNetwork(
            parameters: parameters,
            features: CatalogueFeatures(rows: rows, coldRows: coldRows, describesItems: true), threads: 2)
        return (network, batch, PlainNetwork(parameters, features: plain, coldFeatures: plainCold))
    }

    @Test func theLossIsThatOfThePlainFormula() {
        let (network, batch, plain) = Self.world()
        #expect(batch.inputIsCold.contains(true) && batch.candidateIsCold.contains(true))
        #expect(abs(network.gradients(of: batch).loss - plain.loss(of: batch)) < 1e-4)
    }

    @Test func gradientsAreFiniteDifferencesOfThePlainLoss() throws {
        let (network, batch, plain) = Self.world()
        let gradients = network.gradients(of: batch).gradients
        for (name, path) in ClassifierParameters.matrices {
            let found = gradients.derivatives(by: path)
            let matrix = network.parameters[keyPath: path]
            var largest: Float = 0
            for row in 0..<matrix.rows {
                let place = found.rows.map { $0.firstIndex(of: UInt32(row)) } ?? row
                for column in 0..<matrix.columns {
                    var changed = plain
                    let step = 1e-5
                    changed.matrices[name]?[row][column] += step
                    let above = changed.loss(of: batch)
                    changed.matrices[name]?[row][column] -= 2 * step
                    let difference = (above - changed.loss(of: batch)) / (2 * step)
                    let derivative = place.map { found.gradient[$0, column] } ?? 0
                    largest = max(largest, abs(derivative))
                    #expect(
                        abs(Double(derivative) - difference) < 1e-4 + 1e-3 * abs(difference),
                        "\(name) \(row) \(column)")
                }
            }
            #expect(largest > 1e-3, "\(name)")
        }
    }
}
