import Hummingbird
import Identity
import ObjectStorage

/// Attached and inline policies of roles.
extension IAMService {
    static let rolePolicyOperations: [String: Operation] = [
        "AttachRolePolicy": { service, form, context in
            try await service.identities.attachPolicy(
                try form.required("PolicyArn"), toRole: try form.required("RoleName"))
            return service.answers.success(form.action, context, hasResult: false)
        },
        "DetachRolePolicy": { service, form, context in
            try await service.identities.detachPolicy(
                try form.required("PolicyArn"), fromRole: try form.required("RoleName"))
            return service.answers.success(form.action, context, hasResult: false)
        },
        "ListAttachedRolePolicies": { service, form, context in
            let policies = try await service.identities.attachedPolicies(ofRole: try form.required("RoleName"))
            return try service.answers.success(form.action, context) { writer in
                try service.writePage(policies, form, as: "AttachedPolicies", into: &writer) { policy, writer in
                    writer.element("member") { writer in
                        writer.element("PolicyName", policy.name)
                        writer.element("PolicyArn", policy.arn)
                    }
                }
            }
        },
        "ListRolePolicies": { service, form, context in
            let names = try await service.identities.inlinePolicyNames(ofRole: try form.required("RoleName"))
            return try service.answers.success(form.action, context) { writer in
                try service.writePage(names, form, as: "PolicyNames", into: &writer) { $1.element("member", $0) }
            }
        },
        "PutRolePolicy": { service, form, context in
            try await service.identities.putInlinePolicy(
                try form.required("PolicyName"), document: try form.required("PolicyDocument"),
                ofRole: try form.required("RoleName"))
            return service.answers.success(form.action, context, hasResult: false)
        },
        "GetRolePolicy": { service, form, context in
            let role = try form.required("RoleName")
            let name = try form.required("PolicyName")
            let document = try await service.identities.inlinePolicy(name, ofRole: role)
            return service.answers.success(form.action, context) { writer in
                writer.element("RoleName", role)
                writer.element("PolicyName", name)
                writer.element("PolicyDocument", PercentEncoding.encode(document))
            }
        },
        "DeleteRolePolicy": { service, form, context in
            try await service.identities.deleteInlinePolicy(
                try form.required("PolicyName"), ofRole: try form.required("RoleName"))
            return service.answers.success(form.action, context, hasResult: false)
        },
    ]
}
