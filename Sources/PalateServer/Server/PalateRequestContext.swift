import Foundation
package import Hummingbird
import Logging

/// What every handler may touch besides the request itself.
package struct PalateRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The value of `x-amzn-RequestId` in the answer.
    package let requestIdentifier: String

    package init(source: Source) {
        coreContext = .init(source: source)
        requestIdentifier = UUID().uuidString.lowercased()
    }
}
