/// Builds the Amazon Resource Names of one account in one region.
///
/// The forms are those of the developer guide, "Amazon Personalize resource types": for example
/// `arn:aws:personalize:us-east-1:123456789012:dataset-group/films`.
package struct ResourceNames: Sendable {
    package let region: String
    package let account: String

    package init(region: String, account: String) {
        self.region = region
        self.account = account
    }

    package func arn(_ kind: ResourceKind, _ path: String) -> String {
        "arn:aws:personalize:\(region):\(account):\(kind.rawValue)/\(path)"
    }
}
