extension DatasetImport {
    /// Takes rows of an import before this one, as if they came in a file. Columns that the schema lacks are left out.
    ///
    /// - Parameter chosen: Places in `rows`.
    package func importRows(_ rows: DatasetRows, _ chosen: some Sequence<Int>, named name: String) throws {
        let columns = rows.fields.indices.filter { schema[field: rows.fields[$0].name] != nil }
        var text = CSVBuffer()
        text.record(columns.map { rows.fields[$0].name })
        try beginFile(name)
        for row in chosen {
            text.record(columns.lazy.map { rows.text(row: row, column: $0) })
            if text.bytes.count >= 1 << 20 {
                try consume(text.bytes)
                text.removeAll()
            }
        }
        try consume(text.bytes)
        try finishFile()
    }
}
