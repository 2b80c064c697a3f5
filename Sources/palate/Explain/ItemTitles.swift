import Datasets

/// What items are called for people: the column TITLE or NAME of the items file, in any case.
struct ItemTitles {
    private let table: MetadataTable?
    private let column: MetadataColumn?

    init(_ table: MetadataTable?) {
        self.table = table
        column =
            ["TITLE", "NAME"].lazy.compactMap { name in
                table?.columns.first { $0.name.uppercased() == name }
            }.first
    }

    subscript(item: String) -> String? {
        guard let row = table?.row(of: item), let column else { return nil }
        let title: String? =
            switch column.values {
            case .text(let texts): texts[row]
            case .categorical(let values): values[row].map { values.categories[Int($0)] }.joined(separator: "|")
            case .integers, .numbers, .booleans: nil
            }
        return title.flatMap { $0.isEmpty ? nil : $0 }
    }
}
