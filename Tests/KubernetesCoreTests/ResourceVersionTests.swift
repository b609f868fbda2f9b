import KubernetesCore
import Testing

/// Comparison of resourceVersions as KEP-5504 defines it.
struct ResourceVersionTests {
    @Test(
        arguments: [
            ("1", "1", true), ("2", "1", true), ("1", "2", false), ("10", "9", true), ("9", "10", false),
            ("99999999999999999999999999", "9", true), ("9", "99999999999999999999999999", false),
            ("100000000000000000000000000", "99999999999999999999999999", true), ("", "1", nil), ("1", "", nil),
            ("0", "1", nil), ("01", "1", nil), ("abc", "1", nil), ("1", "-1", nil), ("1", "1.0", nil), ("١", "1", nil),
        ] as [(String, String, Bool?)])
    func comparison(_ left: String, _ right: String, _ isAtLeast: Bool?) {
        #expect(ResourceVersion(left).isAtLeast(ResourceVersion(right)) == isAtLeast)
    }
}
