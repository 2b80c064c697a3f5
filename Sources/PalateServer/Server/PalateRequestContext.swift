package import Access
import Foundation
package import Hummingbird
import Logging
package import ObjectStorage

/// What every handler may touch besides the request itself.
package struct PalateRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The value of `x-amzn-RequestId` in the answer.
    package let requestIdentifier: String
    /// Who makes the request; nil while any key is accepted.
    package var grant: AccessGrant?
    /// Verifies a body whose chunks are signed.
    package var chunkSignatures: ChunkSignatures?

    package init(source: Source) {
        coreContext = .init(source: source)
        requestIdentifier = UUID().uuidString.lowercased()
    }
}
