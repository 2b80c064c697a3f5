package import Access
import Foundation
package import Hummingbird
import Logging
import NIOCore
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

    /// Whether the connection comes from this machine.
    package let isFromLoopback: Bool

    package init(source: Source) {
        coreContext = .init(source: source)
        let address = source.channel.remoteAddress?.ipAddress ?? ""
        isFromLoopback = address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
        requestIdentifier = IdentifierSource.shared.next()
    }
}
