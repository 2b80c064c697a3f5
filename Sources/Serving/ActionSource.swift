package import ControlPlane
package import Datasets

/// Where campaigns for actions learn what there is to recommend, and what users did of late.
package protocol ActionSource: Sendable {
    func servedActions(forCampaign arn: String) async throws -> ServedActions
    func actionTable(of served: ServedActions) async throws -> MetadataTable?
    func newestActionEvents(
        ofUser user: String, in served: ServedActions, limit: Int
    ) async throws -> [StreamedActionEvent]
}

extension ControlPlane: ActionSource {}
