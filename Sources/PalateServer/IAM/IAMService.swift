package import Hummingbird
package import Identity
import Logging
import ObjectStorage

/// The Identity and Access Management calls that set-up and clean-up scripts make.
package struct IAMService: HTTPResponder {
    package typealias Context = PalateRequestContext
    typealias Operation = @Sendable (IAMService, QueryProtocolRequest, PalateRequestContext) async throws -> Response

    let identities: IdentityStore
    let answers = QueryProtocolAnswers(namespace: "https://iam.amazonaws.com/doc/2010-05-08/")

    package init(identities: IdentityStore) {
        self.identities = identities
    }

    @Sendable
    package func respond(to request: Request, context: PalateRequestContext) async throws -> Response {
        do {
            let form = try await QueryProtocolRequest(request)
            guard let operation = Self.operations[form.action] else {
                throw QueryProtocolError(
                    "InvalidAction", "Could not find operation \(form.action) for version 2010-05-08")
            }
            return try await operation(self, form, context)
        } catch let error as QueryProtocolError {
            return answers.failure(error, context)
        } catch let error as IdentityError {
            return answers.failure(QueryProtocolError(error), context)
        } catch let error as CancellationError {
            throw error
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(error)"])
            let failure = QueryProtocolError(
                "ServiceFailure", "The request processing has failed because of an unknown error.",
                status: .internalServerError)
            return answers.failure(failure, context)
        }
    }

    private static let operations: [String: Operation] = roleOperations.merging(
        rolePolicyOperations.merging(policyOperations.merging(userOperations) { $1 }) { $1 }
    ) { $1 }

    /// Writes one page of `items` under the element `name`, with `IsTruncated` and `Marker` behind it.
    ///
    /// The marker is the position of the next page.
    func writePage<Item>(
        _ items: [Item], _ form: QueryProtocolRequest, as name: String, into writer: inout XMLWriter,
        item write: (Item, inout XMLWriter) -> Void
    ) throws(QueryProtocolError) {
        var limit = 100
        if let text = form["MaxItems"] {
            guard let number = Int(text), (1...1000).contains(number) else {
                throw QueryProtocolError("ValidationError", "MaxItems must be between 1 and 1000")
            }
            limit = number
        }
        var start = 0
        if let marker = form["Marker"] {
            guard let number = Int(marker), number >= 0 else {
                throw QueryProtocolError("ValidationError", "The marker is invalid")
            }
            start = min(number, items.count)
        }
        let page = items[start...].prefix(limit)
        writer.element(name) { writer in
            for item in page { write(item, &writer) }
        }
        writer.element("IsTruncated", page.endIndex < items.count)
        if page.endIndex < items.count { writer.element("Marker", page.endIndex) }
    }

    func writeTags(_ tags: [String: String], _ writer: inout XMLWriter) {
        guard !tags.isEmpty else { return }
        writer.element("Tags") { writer in
            for tag in tags.sorted(by: { $0.key < $1.key }) { Self.writeTag(tag, &writer) }
        }
    }

    static func writeTag(_ tag: (key: String, value: String), _ writer: inout XMLWriter) {
        writer.element("member") { writer in
            writer.element("Key", tag.key)
            writer.element("Value", tag.value)
        }
    }
}
