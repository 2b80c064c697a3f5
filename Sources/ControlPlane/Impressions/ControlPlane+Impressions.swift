import Datasets
import Logging
package import Recipes
import Synchronization

/// The tally of each dataset of interactions that a campaign explores with.
final class ImpressionTallies: Sendable {
    private let tallies = Mutex<[String: ImpressionTally]>([:])

    func tally(ofStream stream: String) -> ImpressionTally? { tallies.withLock { $0[stream] } }

    func tallyMakingOne(ofStream stream: String) -> ImpressionTally {
        tallies.withLock { tallies in
            if let tally = tallies[stream] { return tally }
            let tally = ImpressionTally()
            tallies[stream] = tally
            return tally
        }
    }

    func forget(_ stream: String) { tallies.withLock { $0[stream] = nil } }
}

extension ControlPlane {
    private static let pageSize = 10_000

    /// What was shown in a dataset group, counted anew, for a campaign or job that explores; nil for others.
    ///
    /// O(events with an impression), and O(events) where the schema has the field `IMPRESSION`.
    package func impressions(ofDatasetGroup group: String, for recipe: Recipes.Recipe) async throws -> ImpressionTally?
    {
        guard recipe.explores, let dataset = try await dataset(.interactions, ofGroup: group),
            !dataset.status.isBeingDeleted
        else { return nil }
        let tally = impressionTallies.tallyMakingOne(ofStream: dataset.stream)
        do {
            try await tally.rebuild {
                var counts = ImpressionCounts()
                try await self.addImported(dataset, to: &counts)
                let through = try await self.addStreamed(dataset.stream, to: &counts)
                return (counts, through)
            }
        } catch let error as SegmentError {
            // An import may have replaced the data while it was being read; a campaign does without rather than fail.
            logger.warning(
                "Impressions cannot be read", metadata: ["datasetGroup": "\(group)", "error": "\(error)"])
        }
        return tally
    }

    private func addImported(_ dataset: DatasetResource, to counts: inout ImpressionCounts) async throws {
        let contents = DatasetContents(controlPlane: self)
        guard let directory = contents.directory(of: dataset),
            try await contents.schema(of: dataset)[field: Impression.field] != nil
        else { return }
        let rows = try DatasetRows(contentsOf: directory)
        let columns = [Impression.field, "ITEM_ID", "RECOMMENDATION_ID", "USER_ID"].map { rows.column(named: $0) }
        for row in 0..<rows.count {
            let cells = columns.map { $0.map { rows.text(row: row, column: $0) } }
            if let impression = Impression(cells[0], taken: cells[1], recommendation: cells[2], user: cells[3]) {
                counts.add(impression)
            }
        }
    }

    /// - Returns: The place up to which the stream was read.
    private func addStreamed(_ stream: String, to counts: inout ImpressionCounts) async throws -> Int64 {
        let through = try await streamedRecords.lastPosition(in: stream)
        var position: Int64 = 0
        while true {
            let page = try await streamedRecords.records(
                in: stream, after: position, limit: Self.pageSize, with: Impression.field)
            for stored in page where stored.position <= through {
                if let impression = Impression(stored.record) { counts.add(impression) }
            }
            guard let last = page.last, page.count == Self.pageSize, last.position < through else { return through }
            position = last.position
        }
    }
}
