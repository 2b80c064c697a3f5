import LinearAlgebra

/// Items as vectors of named features: the columns' blocks side by side, each times the root of its weight.
///
/// The product of two items is the sum over the columns of weight times the cosine of their blocks.
struct ItemFeatures: Sendable, Equatable {
    /// Of each sparse feature.
    let names: [String]
    let rows: SparseRows
    /// Of each dense one: the column that it is a projection of.
    let latentNames: [String]
    /// One row per item.
    let latent: Matrix
    /// Of each item, 0 for one without features.
    let squaredNorms: [Float]

    var itemCount: Int { rows.rowCount }

    init(names: [String], rows: SparseRows, latentNames: [String], latent: Matrix) {
        self.names = names
        self.rows = rows
        self.latentNames = latentNames
        self.latent = latent
        squaredNorms = (0..<rows.rowCount).map { item in
            var sum: Float = 0
            rows.forEach(of: item) { sum += $1 * $1 }
            if latent.columns > 0 { for value in latent.row(item) { sum += value * value } }
            return sum
        }
    }

    /// - Parameter weights: Of each block; one whose weight is 0 is left out.
    init(_ blocks: [FeatureBlock], weights: [Float], itemCount: Int) {
        let used = zip(blocks, weights).filter { $0.1 > 0 }
        var starts: [Int] = []
        var count = 0
        for (block, _) in used {
            starts.append(count)
            count += block.featureNames.count
        }
        var rows = SparseRows(columnCount: count)
        for item in 0..<itemCount {
            var entries: [(column: Int, value: Float)] = []
            for ((block, weight), start) in zip(used, starts) {
                let scale = weight.squareRoot()
                block.rows.forEach(of: item) { entries.append((column: start + $0, value: $1 * scale)) }
            }
            rows.append(entries)
        }
        let dense = used.compactMap { block, weight in block.latent.map { (block.name, $0, weight.squareRoot()) } }
        var latent = Matrix(rows: itemCount, columns: dense.reduce(0) { $0 + $1.1.columns })
        var start = 0
        for (_, matrix, scale) in dense {
            for item in 0..<itemCount {
                for (column, value) in matrix.row(item).enumerated() { latent[item, start + column] = value * scale }
            }
            start += matrix.columns
        }
        self.init(
            names: used.flatMap(\.0.featureNames), rows: rows,
            latentNames: dense.flatMap { name, matrix, _ in [String](repeating: name, count: matrix.columns) },
            latent: latent)
    }

    /// With items that have no features at the end.
    func padded(to itemCount: Int) -> ItemFeatures {
        guard itemCount > self.itemCount else { return self }
        var rows = rows
        var dense = Matrix(rows: itemCount, columns: latent.columns)
        for item in 0..<self.itemCount where latent.columns > 0 {
            for (column, value) in latent.row(item).enumerated() { dense[item, column] = value }
        }
        for _ in self.itemCount..<itemCount { rows.append([(column: Int, value: Float)]()) }
        return ItemFeatures(names: names, rows: rows, latentNames: latentNames, latent: dense)
    }

    /// A point among the items.
    struct Profile: Sendable {
        /// One number per sparse feature.
        var sparse: [Float]
        var latent: [Float]
        var squaredNorm: Float {
            sparse.reduce(0) { $0 + $1 * $1 } + latent.reduce(0) { $0 + $1 * $1 }
        }
    }

    /// The weighted mean of items that have features; nil when none has.
    func profile(of items: [(item: Int, weight: Float)]) -> Profile? {
        let known = items.filter {
            $0.weight > 0 && squaredNorms.indices.contains($0.item) && squaredNorms[$0.item] > 0
        }
        let total = known.reduce(Float(0)) { $0 + $1.weight }
        guard total > 0 else { return nil }
        var profile = Profile(
            sparse: [Float](repeating: 0, count: names.count), latent: [Float](repeating: 0, count: latent.columns))
        for (item, weight) in known {
            let share = weight / total
            rows.forEach(of: item) { profile.sparse[$0] += share * $1 }
            if latent.columns > 0 {
                for (dimension, value) in latent.row(item).enumerated() { profile.latent[dimension] += share * value }
            }
        }
        return profile
    }

    /// The product of each item with a point. 2 · entries operations.
    func products(with profile: Profile) -> [Float] {
        var products = rows.multiplied(by: profile.sparse)
        if !profile.latent.isEmpty, let point = Matrix([profile.latent]) {
            let further = point.multiplied(by: latent, transposed: true, threads: 1)
            further.withUnsafeElements { values in
                for (item, value) in values.enumerated() { products[item] += value }
            }
        }
        return products
    }

    /// What each feature adds to the product of an item with a point, greatest first; features of one name together.
    func contributions(of item: Int, to profile: Profile) -> [(feature: String, contribution: Float)] {
        var places: [String: Int] = [:]
        var sums: [(feature: String, contribution: Float)] = []
        func add(_ name: String, _ value: Float) {
            guard value != 0 else { return }
            if let place = places[name] {
                sums[place].contribution += value
            } else {
                places[name] = sums.count
                sums.append((name, value))
            }
        }
        rows.forEach(of: item) { add(names[$0], $1 * profile.sparse[$0]) }
        if latent.columns > 0 {
            for (dimension, value) in latent.row(item).enumerated() {
                add(latentNames[dimension], value * profile.latent[dimension])
            }
        }
        return sums.enumerated().sorted {
            $0.element.contribution == $1.element.contribution
                ? $0.offset < $1.offset : $0.element.contribution > $1.element.contribution
        }.map(\.element)
    }
}

extension ItemFeatures {
    func tensors() -> [SafetensorsWriter.Tensor] {
        names.tensors(named: "features.names") + latentNames.tensors(named: "features.latent_names") + [
            .init("features.offsets", rows.offsets.map(Int64.init)), .init("features.columns", rows.columns),
            .init("features.values", rows.values), .init("features.latent", latent),
        ]
    }

    /// - Throws: ``ModelError`` when what is stored does not fit together.
    init(file: SafetensorsFile, itemCount: Int) throws(ModelError) {
        let names = try [String](named: "features.names", in: file)
        let latentNames = try [String](named: "features.latent_names", in: file)
        let latent = try file.matrix("features.latent", rows: itemCount, columns: latentNames.count)
        guard
            let rows = SparseRows(
                offsets: try file.array("features.offsets", of: Int64.self, count: itemCount + 1).map(Int.init),
                columns: try file.array("features.columns", of: UInt32.self),
                values: try file.array("features.values", of: Float.self), columnCount: names.count),
            rows.values.allSatisfy(\.isFinite)
        else { throw .damaged(file: "weights.safetensors", reason: "the features do not fit together") }
        self.init(names: names, rows: rows, latentNames: latentNames, latent: latent)
    }
}

extension [String] {
    /// All texts as one run of UTF-8, and where each begins and ends in it.
    func tensors(named name: String) -> [SafetensorsWriter.Tensor] {
        var bytes: [UInt8] = []
        var offsets: [Int64] = [0]
        for text in self {
            bytes.append(contentsOf: text.utf8)
            offsets.append(Int64(bytes.count))
        }
        return [.init("\(name).offsets", offsets), .init("\(name).utf8", bytes)]
    }

    init(named name: String, in file: SafetensorsFile) throws(ModelError) {
        let bytes = try file.array("\(name).utf8", of: UInt8.self)
        let offsets = try file.array("\(name).offsets", of: Int64.self)
        guard offsets.first == 0, offsets.last == Int64(bytes.count),
            zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw .damaged(file: "weights.safetensors", reason: "'\(name)' does not fit together") }
        self = zip(offsets, offsets.dropFirst()).map { String(decoding: bytes[Int($0)..<Int($1)], as: UTF8.self) }
    }
}
