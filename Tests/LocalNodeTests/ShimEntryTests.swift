import Foundation
import Testing

@testable import LocalNode

/// Not a test in an ordinary run: in a process that a test starts as a shim, it is the shim.
@Test(.enabled(if: ProcessInfo.processInfo.environment["FAIRLEAD_TEST_SHIM"] != nil))
func shimEntry() {
    guard let directory = ProcessInfo.processInfo.environment["FAIRLEAD_TEST_SHIM"] else { return }
    exit(PodShim.main(arguments: [directory]))
}
