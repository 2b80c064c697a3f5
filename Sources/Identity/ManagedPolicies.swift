/// The provider's own policies that set-up scripts attach, as far as this service asks them anything.
///
/// The grants follow the "AWS managed policy reference": AmazonPersonalizeFullAccess opens the objects of buckets with
/// `personalize` or `Personalize` in their name.
package struct ManagedPolicy: Sendable {
    package let arn: String
    package let name: String
    package let path: String
    package let document: String

    private init(path: String = "/", name: String, statements: String) {
        self.name = name
        self.path = path
        arn = "arn:aws:iam::aws:policy\(path)\(name)"
        document = #"{"Version":"2012-10-17","Statement":[\#(statements)]}"#
    }

    package static func named(_ arn: String) -> ManagedPolicy? { all.first { $0.arn == arn } }

    private static let personalize =
        #"{"Effect":"Allow","Action":["personalize:*","cloudwatch:PutMetricData","cloudwatch:ListMetrics"],"#
        + #""Resource":"*"},{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject","s3:DeleteObject","s3:ListBucket"],"#
        + #""Resource":["arn:aws:s3:::*Personalize*","arn:aws:s3:::*personalize*"]},"#
        + #"{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","#
        + #""Condition":{"StringEquals":{"iam:PassedToService":"personalize.amazonaws.com"}}}"#

    package static let all: [ManagedPolicy] = [
        ManagedPolicy(name: "AdministratorAccess", statements: #"{"Effect":"Allow","Action":"*","Resource":"*"}"#),
        ManagedPolicy(name: "PowerUserAccess", statements: #"{"Effect":"Allow","NotAction":["iam:*"],"Resource":"*"}"#),
        ManagedPolicy(
            name: "ReadOnlyAccess",
            statements:
                #"{"Effect":"Allow","Action":["s3:Get*","s3:List*","personalize:Describe*","personalize:List*"],"#
                + #""Resource":"*"}"#),
        ManagedPolicy(
            name: "AmazonS3FullAccess",
            statements: #"{"Effect":"Allow","Action":["s3:*","s3-object-lambda:*"],"Resource":"*"}"#),
        ManagedPolicy(
            name: "AmazonS3ReadOnlyAccess",
            statements: #"{"Effect":"Allow","Action":["s3:Get*","s3:List*","s3:Describe*"],"Resource":"*"}"#),
        ManagedPolicy(path: "/service-role/", name: "AmazonPersonalizeFullAccess", statements: personalize),
        ManagedPolicy(
            name: "IAMFullAccess", statements: #"{"Effect":"Allow","Action":"iam:*","Resource":"*"}"#),
        ManagedPolicy(
            name: "CloudWatchFullAccess",
            statements: #"{"Effect":"Allow","Action":["cloudwatch:*","logs:*"],"Resource":"*"}"#),
        ManagedPolicy(
            name: "AWSLambda_FullAccess",
            statements: #"{"Effect":"Allow","Action":["lambda:*"],"Resource":"*"}"#),
        ManagedPolicy(
            path: "/service-role/", name: "AWSLambdaBasicExecutionRole",
            statements:
                #"{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"#
                + #""Resource":"*"}"#),
    ]
}
