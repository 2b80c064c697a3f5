package import ControlPlane

/// Where campaigns learn what users did of late.
package protocol RecentEventSource: Sendable {
    /// Every event that was acknowledged, oldest first, as far back as the source goes; those that training knew may be
    /// among them.
    func recentEvents(ofUser user: String, inDatasetGroup group: String) async throws -> [RecentEvent]

    /// The same, if it takes no look at a store; else nil.
    func recentEventsInMemory(ofUser user: String, inDatasetGroup group: String) -> [RecentEvent]?
}

extension RecentEventSource {
    package func recentEventsInMemory(ofUser user: String, inDatasetGroup group: String) -> [RecentEvent]? { nil }
}

extension ControlPlane: RecentEventSource {}
