package import ControlPlane

/// Where filters are found.
package protocol FilterSource: Sendable {
    /// - Throws: `PersonalizeError` when there is no such filter, or it cannot be used with the campaign or recommender.
    func servedFilter(_ filterArn: String, forCampaign arn: String) async throws -> ServedFilter

    /// The same, if it takes no look at a store; else nil.
    func servedFilterInMemory(_ filterArn: String, forCampaign arn: String) -> ServedFilter?
}

extension FilterSource {
    package func servedFilterInMemory(_ filterArn: String, forCampaign arn: String) -> ServedFilter? { nil }
}

extension ControlPlane: FilterSource {}
