import ObjectStorage
import Testing

@Suite struct S3LocationTests {
    @Test(arguments: [
        ("s3://bucket/a/b.csv", "bucket", "a/b.csv"), ("S3://bucket/folder/", "bucket", "folder/"),
        ("s3://bucket", "bucket", ""), ("s3://bucket/", "bucket", ""), ("s3://bucket//a", "bucket", "/a"),
        ("s3://my.bucket-1/é ?#", "my.bucket-1", "é ?#"), ("s3://bucket/a://b", "bucket", "a://b"),
    ])
    func `An address names a bucket and a key`(text: String, bucket: String, key: String) throws {
        let location = try S3Location(parsing: text)
        #expect(location == S3Location(bucket: bucket, key: key))
        #expect(location.isPrefix == (key.isEmpty || key.hasSuffix("/")))
    }

    @Test func `What is wrong with an address is told`() {
        #expect(throws: S3LocationError.notAnS3Address("/tmp/a.csv")) { try S3Location(parsing: "/tmp/a.csv") }
        #expect(throws: S3LocationError.notAnS3Address("https://b/a")) { try S3Location(parsing: "https://b/a") }
        #expect(throws: S3LocationError.bucketMissing("s3:///a")) { try S3Location(parsing: "s3:///a") }
        #expect(throws: S3LocationError.invalidBucketName("Bucket")) { try S3Location(parsing: "s3://Bucket/a") }
        #expect(throws: S3LocationError.keyTooLong(1025)) {
            try S3Location(parsing: "s3://bucket/" + String(repeating: "a", count: 1025))
        }
    }

    @Test(arguments: [
        "ab", "-ab", "ab-", "a..b", "A-b", "192.168.0.1", "a_b", "é-b", "", String(repeating: "a", count: 64),
    ])
    func `Names against the rules are not bucket names`(name: String) {
        #expect(!BucketName.isValid(name))
    }
}
