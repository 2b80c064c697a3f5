import Datasets

/// The values of attributes as numbers, the same in training and for requests whose values training never saw: of a column of
/// categories each category, of a column of numbers each of eight ranges that hold about as many rows.
struct AttributeValues: Sendable, Equatable {
    let columns: [AttributeEncoder.Column]
    /// The number of each column's first value, and at last how many there are.
    let starts: [Int]

    private static let ranges = 8

    init(_ columns: [AttributeEncoder.Column]) {
        self.columns = columns
        starts = columns.reduce(into: [0]) {
            $0.append(($0.last ?? 0) + ($1.quantiles.isEmpty ? $1.categories.count : Self.ranges))
        }
    }

    /// From the columns that sort rows, see ``AttributeEncoder``.
    init(fitting columns: [MetadataColumn]) { self.init(AttributeEncoder(fitting: columns).columns) }

    var count: Int { starts.last ?? 0 }

    /// Ascending; what is missing, unknown or not readable has none.
    func values(of texts: [String: String]) -> [UInt32] {
        guard !texts.isEmpty else { return [] }
        return columns.indices.flatMap { column in
            texts[columns[column].name].map { values(of: $0, inColumn: column) } ?? []
        }
    }

    func values(of text: String, inColumn column: Int) -> [UInt32] {
        let (start, column) = (starts[column], columns[column])
        if column.quantiles.isEmpty {
            return Set(text.split(separator: "|").compactMap { column.categories.index(of: String($0)) }).sorted()
                .map { UInt32(start + $0) }
        }
        guard let number = Double(text), number.isFinite else { return [] }
        let share = AttributeEncoder.share(of: column.quantiles, below: number)
        return [UInt32(start + min(Int(share * Double(Self.ranges)), Self.ranges - 1))]
    }

    /// The values of some rows of all columns.
    ///
    /// - Parameters:
    ///   - table: Has the columns, by name.
    ///   - rows: Nil for a row without values.
    func values(in table: [MetadataColumn], rows: [Int?]) -> ValueLists {
        let readers = columns.indices.map { column in
            reader(ofColumn: column, in: table.first { $0.name == columns[column].name })
        }
        var lists = ValueLists()
        for row in rows {
            lists.append(row.map { row in readers.flatMap { $0(row) } } ?? [])
        }
        return lists
    }

    private func reader(ofColumn column: Int, in source: MetadataColumn?) -> (_ row: Int) -> [UInt32] {
        guard let source else { return { _ in [] } }
        guard case .categorical(let categorical) = source.values else {
            return { values(of: source.text(ofRow: $0), inColumn: column) }
        }
        let ofCells = categorical.cells.identifiers.map { values(of: $0, inColumn: column) }
        return { row in
            let code = Int(categorical.codes[row])
            return ofCells.indices.contains(code) ? ofCells[code] : []
        }
    }
}

/// Lists of numbers, one after the other.
struct ValueLists: Sendable, Equatable {
    private var offsets: [Int] = [0]
    private var values: [UInt32] = []

    mutating func append(_ list: some Sequence<UInt32>) {
        values.append(contentsOf: list)
        offsets.append(values.count)
    }

    var isEmpty: Bool { values.isEmpty }

    /// Empty beyond the last list.
    subscript(list: Int) -> ArraySlice<UInt32> {
        list + 1 < offsets.count ? values[offsets[list]..<offsets[list + 1]] : []
    }
}
