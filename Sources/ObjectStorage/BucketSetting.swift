/// The settings that a bucket carries as documents: kept and given back as they were put.
package enum BucketSetting: String, Sendable, CaseIterable {
    case policy
    case encryption
    case publicAccessBlock = "public access block"
    case tagging
    case versioning
    case lifecycle
    case cors
    case ownershipControls = "ownership controls"
    case notification
    case accelerate
    case logging
    case requestPayment = "request payment"
    case website
    case replication
    case objectLock = "object lock"
}
