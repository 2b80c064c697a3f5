package import Datasets
import Foundation
import GRDB
import PersonalizeAPI

/// Where the actions of a dataset group are; another value as soon as there are other actions.
package struct ServedActions: Sendable, Hashable {
    package let datasetGroupArn: String
    /// Nil when the group has no actions dataset.
    let actions: ActionsMark?
    /// Of the action interactions that come one by one; nil when the group has no dataset for them.
    let interactionStream: String?

    struct ActionsMark: Sendable, Hashable {
        let datasetArn: String
        let schemaArn: String
        let directory: String?
        /// The place of the newest record.
        let position: Int64
    }
}

/// An action interaction that came by itself.
package struct StreamedActionEvent: Sendable, Hashable {
    package let action: String
    package let eventType: String
    /// Seconds since 1970.
    package let time: Int64
}

extension ControlPlane {
    /// - Throws: `PersonalizeError` with `ResourceNotFoundException` when there is no such campaign.
    package func servedActions(forCampaign arn: String) async throws -> ServedActions {
        let (group, datasets) = try await database.pool.read { database in
            let campaign: CampaignResource = try ResourceStore.get(arn, in: database)
            let solution: SolutionResource = try ResourceStore.get(campaign.solutionArn, in: database)
            let datasets = try ResourceStore.list(
                DatasetResource.self, referencing: solution.datasetGroupArn, in: database)
            return (solution.datasetGroupArn, datasets.map(\.resource).filter { !$0.status.isBeingDeleted })
        }
        var mark: ServedActions.ActionsMark?
        if let dataset = datasets.first(where: { $0.datasetType == DatasetType.actions.rawValue }) {
            mark = ServedActions.ActionsMark(
                datasetArn: dataset.arn, schemaArn: dataset.schemaArn, directory: dataset.bulkData?.directory,
                position: try await streamedRecords.lastPosition(in: dataset.stream))
        }
        return ServedActions(
            datasetGroupArn: group, actions: mark,
            interactionStream: datasets.first { $0.datasetType == DatasetType.actionInteractions.rawValue }?.stream)
    }

    /// What is known of the actions, those that came one by one included; nil when there are none.
    package func actionTable(of served: ServedActions) async throws -> MetadataTable? {
        guard let arn = served.actions?.datasetArn else { return nil }
        let contents = DatasetContents(controlPlane: self)
        do {
            return try await contents.metadata(of: try await describe(arn))
        } catch is SegmentError {
            // An import may have replaced the data while it was being read.
            return try await contents.metadata(of: try await describe(arn))
        }
    }

    /// A user's newest action interactions that came one by one, oldest first.
    package func newestActionEvents(
        ofUser user: String, in served: ServedActions, limit: Int
    ) async throws -> [StreamedActionEvent] {
        guard let stream = served.interactionStream else { return [] }
        return try await streamedRecords.newestRecords(in: stream, ofUser: user, limit: limit).reversed().compactMap {
            let record = $0.record
            guard let action = record.cells["ACTION_ID"], let type = record.cells["EVENT_TYPE"] else { return nil }
            return StreamedActionEvent(action: action, eventType: type, time: record.time)
        }
    }
}
