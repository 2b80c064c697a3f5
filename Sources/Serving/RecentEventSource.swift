package import ControlPlane

/// Where campaigns learn what users did of late.
package protocol RecentEventSource: Sendable {
    /// Every event that was acknowledged, oldest first, as far back as the source goes; those that training knew may be
    /// among them.
    func recentEvents(ofUser user: String, inDatasetGroup group: String) async throws -> [RecentEvent]
}

extension ControlPlane: RecentEventSource {}
