import Foundation
import Hummingbird
import Identity
import ObjectStorage

/// The one user: the account's owner, in whose name every request is made.
extension IAMService {
    static let userOperations: [String: Operation] = [
        "GetUser": { service, form, context in
            let account = service.identities.account
            if let name = form["UserName"], name != "root", name != account {
                throw QueryProtocolError(
                    "NoSuchEntity", "The user with name \(name) cannot be found.", status: .notFound)
            }
            return service.answers.success(form.action, context) { writer in
                writer.element("User") { writer in
                    writer.element("Path", "/")
                    writer.element("UserName", "root")
                    writer.element("UserId", account)
                    writer.element("Arn", "arn:aws:iam::\(account):root")
                    writer.element(
                        "CreateDate",
                        WireDate.iso8601(Date(timeIntervalSince1970: 1_420_070_400), milliseconds: false))
                }
            }
        },
        "ListAccountAliases": { service, form, context in
            service.answers.success(form.action, context) { writer in
                writer.element("AccountAliases", "")
                writer.element("IsTruncated", false)
            }
        },
    ]
}
