import Datasets

/// The numbers that metrics sum over items: those of the newest import, and of what PutItems brought since.
///
/// Memory is that of the numeric columns of the items of groups whose metrics sum items.
actor ItemValues {
    private struct Entry {
        let directory: String?
        /// Records up to this place are older than the import.
        let imported: Int64
        let bulk: NumericColumns?
        var streamed: [String: [String: Double]] = [:]
        var position: Int64 = 0

        mutating func take(_ stored: StoredRecord) {
            guard stored.position > position else { return }
            position = stored.position
            guard let item = stored.record.cells["ITEM_ID"], position > imported || bulk?.row(of: item) == nil
            else { return }
            streamed[item] = stored.record.cells.compactMapValues { Double($0) }
        }
    }

    private static let page = 10_000

    private var entries: [String: Entry] = [:]

    /// - Returns: What gives the value of one of `items` in a numeric column; nil for a null.
    /// - Throws: `SegmentError` when the import cannot be read.
    func values(
        ofItems items: Set<String>, in dataset: DatasetResource, _ contents: DatasetContents
    ) async throws -> @Sendable (_ item: String, _ column: String) -> Double? {
        try load(dataset, contents)
        try await readNew(of: dataset, contents.controlPlane.streamedRecords)
        guard let entry = entries[dataset.stream] else { return { _, _ in nil } }
        var found: [String: [String: Double]] = [:]
        for item in items { found[item] = entry.streamed[item] }
        let streamed = found
        let bulk = entry.bulk
        return { item, column in
            if let values = streamed[item] { return values[column] }
            return bulk?.row(of: item).flatMap { bulk?.value(row: $0, column: column) }
        }
    }

    func forget(_ stream: String) { entries[stream] = nil }

    private func load(_ dataset: DatasetResource, _ contents: DatasetContents) throws {
        if let entry = entries[dataset.stream], entry.directory == dataset.bulkData?.directory { return }
        let bulk = try contents.directory(of: dataset).map { NumericColumns(try MetadataTable(contentsOf: $0)) }
        entries[dataset.stream] = Entry(
            directory: dataset.bulkData?.directory, imported: dataset.bulkData?.streamPosition ?? 0, bulk: bulk)
    }

    private func readNew(of dataset: DatasetResource, _ records: any StreamedRecordStore) async throws {
        while let (directory, position) = entries[dataset.stream].map({ ($0.directory, $0.position) }) {
            let page = try await records.records(in: dataset.stream, after: position, limit: Self.page)
            // Another call may have read as far meanwhile, or an import may have come.
            guard !page.isEmpty, entries[dataset.stream]?.directory == directory else { return }
            for stored in page { entries[dataset.stream]?.take(stored) }
            if page.count < Self.page { return }
        }
    }
}
