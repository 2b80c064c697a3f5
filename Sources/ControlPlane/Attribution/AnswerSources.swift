import GRDB
import Synchronization

/// Which campaign or recommender a recommendationId comes from.
///
/// The table grows by a row for each ARN that ever gave answers, so an answer is known after its campaign is gone.
struct AnswerSourceRow: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "answerSource"

    /// ``RecommendationIdentifier/code``.
    let code: String
    let arn: String

    enum Columns {
        static let code = Column(CodingKeys.code)
        static let arn = Column(CodingKeys.arn)
    }

    init(sourceArn: String) {
        code = RecommendationIdentifier.code(of: sourceArn)
        arn = sourceArn
    }

    static func createTable(in database: Database) throws {
        try database.create(table: databaseTableName) { table in
            table.primaryKey("code", .text)
            table.column("arn", .text).notNull()
        }
        let kinds = [ResourceKind.campaign, .recommender].map(\.rawValue)
        let arns = try ResourceRow.filter(kinds.contains(ResourceRow.Columns.kind))
            .select(ResourceRow.Columns.arn, as: String.self).fetchAll(database)
        for arn in arns { try AnswerSourceRow(sourceArn: arn).insert(database, onConflict: .ignore) }
    }
}

/// A memory that saves events a look at the table. A code never changes its meaning.
final class AnswerSources: Sendable {
    private static let capacity = 10_000

    private let arns = Mutex<[String: String]>([:])

    /// - Returns: Nil when no campaign or recommender of this server gave the answer.
    func arn(ofRecommendation identifier: String, in database: ControlPlaneDatabase) async throws -> String? {
        guard let code = RecommendationIdentifier.code(in: identifier) else { return nil }
        if let arn = arns.withLock({ $0[code] }) { return arn }
        let found = try await database.pool.read { database in
            try AnswerSourceRow.filter(AnswerSourceRow.Columns.code == code)
                .select(AnswerSourceRow.Columns.arn, as: String.self).fetchOne(database)
        }
        guard let found else { return nil }
        arns.withLock { arns in
            if arns.count >= Self.capacity { arns.removeAll() }
            arns[code] = found
        }
        return found
    }
}
