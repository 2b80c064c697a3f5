import Datasets
package import LinearAlgebra

/// Everything that the network of ``NeuralClassifier`` learns by gradients.
///
/// With d = `dimension`: an item has d numbers where it is read in a history, and d + 1 where it is a candidate, the last of
/// which is its bias; a user has d numbers and a 1 for that bias.
package struct ClassifierParameters: Sendable, Equatable {
    package struct Shape: Sendable, Equatable {
        package var items: Int
        /// Of ``CatalogueFeatures``.
        package var features: Int
        /// Of users and of the context, see ``AttributeEncoder``.
        package var attributes: Int
        /// Of ``EventKinds``.
        package var kinds: Int
        package var dimension: Int
        /// Rectified units of the user's tower.
        package var hidden: Int
        /// Rectified units that see user and candidate together.
        package var interactions: Int

        package init(
            items: Int, features: Int, attributes: Int, kinds: Int, dimension: Int, hidden: Int, interactions: Int
        ) {
            self.items = items
            self.features = features
            self.attributes = attributes
            self.kinds = kinds
            self.dimension = dimension
            self.hidden = hidden
            self.interactions = interactions
        }

        /// Two pools of the history and the attributes, the length of the history, whether it is empty, and 1.
        var inputWidth: Int { 3 * dimension + 3 }

        var floats: Int {
            (items + features) * (2 * dimension + 1) + attributes * dimension + kinds + 3
                + (hidden + dimension) * inputWidth + dimension * hidden + interactions * (2 * dimension + 3)
        }
    }

    package let shape: Shape
    /// Items as they are read in a history, `items × d`.
    package var inputs: Matrix
    /// Items as candidates, `items × (d + 1)`.
    package var outputs: Matrix
    /// What a feature adds to an item in a history, `features × d`.
    package var inputFeatures: Matrix
    /// What a feature adds to a candidate, `features × (d + 1)`.
    package var outputFeatures: Matrix
    /// `attributes × d`.
    package var attributes: Matrix
    /// How much an event of each kind counts in a history, `1 × kinds`.
    package var kinds: Matrix
    /// From the input to the rectified units and, past them, to the user, `(hidden + d) × input width`.
    package var userLayer: Matrix
    /// From the rectified units to the user, `d × hidden`.
    package var userOutput: Matrix
    /// `interactions × (d + 1)`.
    package var interactionUsers: Matrix
    /// `interactions × (d + 1)`.
    package var interactionItems: Matrix
    /// `1 × interactions`.
    package var interactionWeights: Matrix
    /// What a candidate gains by being in the history, by being its newest item, and by the logarithm of how often, `1 × 3`.
    package var repeats: Matrix

    /// The name of each matrix in a file.
    package static let matrices:
        [(name: String, matrix: any (WritableKeyPath<ClassifierParameters, Matrix> & Sendable))] = [
            ("inputs", \.inputs), ("outputs", \.outputs), ("input_features", \.inputFeatures),
            ("output_features", \.outputFeatures), ("attributes", \.attributes), ("kinds", \.kinds),
            ("user_layer", \.userLayer), ("user_output", \.userOutput), ("interaction_users", \.interactionUsers),
            ("interaction_items", \.interactionItems), ("interaction_weights", \.interactionWeights),
            ("repeats", \.repeats),
        ]

    /// All zeros.
    init(zeros shape: Shape) {
        let d = shape.dimension
        self.shape = shape
        inputs = Matrix(rows: shape.items, columns: d)
        outputs = Matrix(rows: shape.items, columns: d + 1)
        inputFeatures = Matrix(rows: shape.features, columns: d)
        outputFeatures = Matrix(rows: shape.features, columns: d + 1)
        attributes = Matrix(rows: shape.attributes, columns: d)
        kinds = Matrix(rows: 1, columns: shape.kinds)
        userLayer = Matrix(rows: shape.hidden + d, columns: shape.inputWidth)
        userOutput = Matrix(rows: d, columns: shape.hidden)
        interactionUsers = Matrix(rows: shape.interactions, columns: d + 1)
        interactionItems = Matrix(rows: shape.interactions, columns: d + 1)
        interactionWeights = Matrix(rows: 1, columns: shape.interactions)
        repeats = Matrix(rows: 1, columns: 3)
    }

    /// A start from which the user is the sum of the two pools, every item is as likely as it is popular, and all else
    /// is small and random.
    ///
    /// - Parameters:
    ///   - biases: Of the items.
    ///   - repeatLogit: What a candidate gains by being in the history.
    ///   - start: What is added to items on both sides, at most d columns; see ``CoInteractionStart``.
    package init(_ shape: Shape, biases: [Float], repeatLogit: Float = 0, start: Matrix? = nil, seed: UInt64) {
        self.init(zeros: shape)
        let d = shape.dimension
        var generator = SeededGenerator(seed: seed)
        func fill(_ matrix: inout Matrix, _ deviation: Float) {
            matrix.withUnsafeMutableElements { elements in
                for index in elements.indices { elements[index] = deviation * Float(generator.normal()) }
            }
        }
        let small = (start == nil ? 0.5 : 0.05) / Float(d).squareRoot()
        fill(&inputs, small)
        fill(&outputs, small)
        fill(&inputFeatures, small / 2)
        fill(&outputFeatures, small / 2)
        fill(&attributes, small / 2)
        fill(&userLayer, 0.5 / Float(shape.inputWidth).squareRoot())
        fill(&userOutput, 0.5 / Float(max(shape.hidden, 1)).squareRoot())
        fill(&interactionUsers, 1 / Float(d).squareRoot())
        fill(&interactionItems, 1 / Float(d).squareRoot())
        fill(&interactionWeights, 0.1)
        for (item, bias) in biases.enumerated() where item < shape.items { outputs[item, d] = bias }
        for feature in 0..<shape.features { outputFeatures[feature, d] = 0 }
        if let start {
            for item in 0..<min(start.rows, shape.items) {
                for (column, value) in start.row(item).prefix(d).enumerated() {
                    inputs[item, column] += value
                    outputs[item, column] += value
                }
            }
        }
        for kind in 0..<shape.kinds { kinds[0, kind] = 1 }
        repeats[0, 0] = repeatLogit
        for row in 0..<d {
            for column in 0..<shape.inputWidth { userLayer[shape.hidden + row, column] *= 0.1 }
            userLayer[shape.hidden + row, row] += 1
            userLayer[shape.hidden + row, d + row] += 0.5
        }
    }
}
