import Datasets

extension AttributeEncoder {
    /// Names and categories as runs of texts, and where each column's begin.
    func tensors(named name: String) -> [SafetensorsWriter.Tensor] {
        var categoryOffsets: [Int64] = [0]
        var quantileOffsets: [Int64] = [0]
        for column in columns {
            categoryOffsets.append((categoryOffsets.last ?? 0) + Int64(column.categories.count))
            quantileOffsets.append((quantileOffsets.last ?? 0) + Int64(column.quantiles.count))
        }
        return columns.map(\.name).tensors(named: "\(name).columns")
            + columns.flatMap(\.categories.identifiers).tensors(named: "\(name).categories") + [
                .init("\(name).category_offsets", categoryOffsets),
                .init("\(name).quantile_offsets", quantileOffsets),
                .init("\(name).quantiles", columns.flatMap(\.quantiles).map { Int64(bitPattern: $0.bitPattern) }),
            ]
    }

    init(named name: String, in file: SafetensorsFile) throws(ModelError) {
        let names = try [String](named: "\(name).columns", in: file)
        let categories = try [String](named: "\(name).categories", in: file)
        let quantiles = try file.array("\(name).quantiles", of: Int64.self)
            .map { Double(bitPattern: UInt64(bitPattern: $0)) }
        let categoryOffsets = try file.array("\(name).category_offsets", of: Int64.self, count: names.count + 1)
        let quantileOffsets = try file.array("\(name).quantile_offsets", of: Int64.self, count: names.count + 1)
        func areOffsets(_ offsets: [Int64], of count: Int) -> Bool {
            offsets.first == 0 && offsets.last == Int64(count) && zip(offsets, offsets.dropFirst()).allSatisfy(<=)
        }
        guard areOffsets(categoryOffsets, of: categories.count), areOffsets(quantileOffsets, of: quantiles.count),
            quantiles.allSatisfy(\.isFinite)
        else { throw .damaged(file: "weights.safetensors", reason: "'\(name)' does not fit together") }
        self.init(
            names.indices.map { column in
                let own = Int(categoryOffsets[column])..<Int(categoryOffsets[column + 1])
                let numbers = Int(quantileOffsets[column])..<Int(quantileOffsets[column + 1])
                return Column(
                    name: names[column], categories: Vocabulary(categories[own]), quantiles: Array(quantiles[numbers]))
            })
    }
}
