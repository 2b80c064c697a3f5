/// A column beside the required ones: context of interactions, or what is known of items, users and actions.
public struct MetadataColumn: Sendable {
    public let field: SchemaField
    public let values: Values

    public enum Values: Sendable {
        case categorical(CategoricalColumn)
        /// The empty text stands for a null where the field is nullable.
        case text([String])
        /// `MetadataColumn.nullInteger` marks a null. Fields of type `int` and `long`, timestamps included.
        case integers([Int64])
        /// NaN marks a null. Fields of type `float` and `double`.
        case numbers([Double])
        case booleans([Bool?])
    }

    public static let nullInteger = Int64.min

    public init(field: SchemaField, values: Values) {
        self.field = field
        self.values = values
    }

    public var name: String { field.name }

    public var count: Int {
        switch values {
        case .categorical(let column): column.count
        case .text(let texts): texts.count
        case .integers(let integers): integers.count
        case .numbers(let numbers): numbers.count
        case .booleans(let booleans): booleans.count
        }
    }

    /// The column's values at `rows`, in that order.
    ///
    /// - Precondition: every row is in `0..<count`.
    func gathering(_ rows: [Int]) -> MetadataColumn {
        let gathered: Values =
            switch values {
            case .categorical(let column): .categorical(column.gathering(rows))
            case .text(let texts): .text(rows.map { texts[$0] })
            case .integers(let integers): .integers(rows.map { integers[$0] })
            case .numbers(let numbers): .numbers(rows.map { numbers[$0] })
            case .booleans(let booleans): .booleans(rows.map { booleans[$0] })
            }
        return MetadataColumn(field: field, values: gathered)
    }
}

/// Categories per row, dictionary-coded twice: a row has the code of its cell (`Action|Crime`), and a cell has the
/// numbers of its categories (`Action`, `Crime`).
public struct CategoricalColumn: Sendable {
    /// The single categories, in the order in which they first appear.
    public let categories: Vocabulary
    /// The distinct cells, as written.
    public let cells: Vocabulary
    /// The code of each row's cell; `nullCode` marks a null.
    public let codes: [UInt32]
    private let cellOffsets: [Int]
    private let cellCategories: [UInt32]

    public static let nullCode = UInt32.max

    /// - Precondition: every code is an index into `cells` or `nullCode`.
    public init(cells: Vocabulary, codes: [UInt32]) {
        var categories = Vocabulary()
        var offsets = [0]
        var members: [UInt32] = []
        offsets.reserveCapacity(cells.count + 1)
        for cell in cells.identifiers {
            let start = members.count
            for part in cell.split(separator: "|") {
                let category = UInt32(truncatingIfNeeded: categories.insert(String(part)))
                if !members[start...].contains(category) { members.append(category) }
            }
            offsets.append(members.count)
        }
        self.categories = categories
        self.cells = cells
        self.codes = codes
        cellOffsets = offsets
        cellCategories = members
    }

    private init(_ column: CategoricalColumn, codes: [UInt32]) {
        categories = column.categories
        cells = column.cells
        self.codes = codes
        cellOffsets = column.cellOffsets
        cellCategories = column.cellCategories
    }

    public var count: Int { codes.count }

    /// The numbers, in `categories`, of the categories of a row; empty for a null.
    ///
    /// - Precondition: `row` is in `0..<count`.
    public subscript(row: Int) -> ArraySlice<UInt32> {
        let code = codes[row]
        guard code != Self.nullCode else { return [] }
        return cellCategories[cellOffsets[Int(code)]..<cellOffsets[Int(code) + 1]]
    }

    /// The cell of a row as written; nil for a null.
    public func text(ofRow row: Int) -> String? {
        codes[row] == Self.nullCode ? nil : cells[Int(codes[row])]
    }

    func gathering(_ rows: [Int]) -> CategoricalColumn {
        CategoricalColumn(self, codes: rows.map { codes[$0] })
    }
}
