import CEL
import Testing

/// Functions that Kubernetes adds to the language, by its documentation.
struct LibraryTests {
    @Test(arguments: [
        "[1, 2, 2, 3].indexOf(2) == 1 && ['a', 'b', 'b'].lastIndexOf('b') == 2 && [1].indexOf(2) == -1",
        "[1, 3].sum() == 4 && [1.5, 2.5].sum() == 4.0 && [duration('1m'), duration('1s')].sum() == duration('61s')",
        "[3, 1, 2].min() == 1 && ['a', 'c', 'b'].max() == 'c' && [1, 2, 2].isSorted() && ![2, 1].isSorted()",
        "'abc 123'.find('[0-9]+') == '123' && 'abc'.find('[0-9]+') == ''",
        "'123 abc 456'.findAll('[0-9]+') == ['123', '456'] && '1 2 3'.findAll('[0-9]', 2) == ['1', '2']",
        "'aab'.findAll('a*') == ['aa', ''] && 'xay'.find('a|ay') == 'a' && 'aaa'.find('a{2}?') == 'aa'",
        "url('https://user:pw@example.com:80/a b/%41?k=v&k=w%20x').getHost() == 'example.com:80'",
        "url('https://[::1]:80/').getHostname() == '::1' && url('https://[::1]:80/').getPort() == '80'",
        "url('https://example.com/path with spaces/').getEscapedPath() == '/path%20with%20spaces/'",
        "url('https://e.com/p?k1=a&k2=b&k2=c').getQuery() == {'k1': ['a'], 'k2': ['b', 'c']}",
        "isURL('https://example.com:80/') && !isURL('../relative') && isURL('/absolute') && !isURL('https://a b/')",
        "quantity('50k').add(quantity('20k')) == quantity('70k') && quantity('50k').sub(20000) == quantity('30k')",
        "quantity('200M').compareTo(quantity('0.2G')) == 0 && quantity('50Mi').isGreaterThan(quantity('50M'))",
        "isQuantity('1.3Gi') && !isQuantity('1,3G') && !isQuantity('200K') && !isQuantity('Mi')",
        "quantity('50k').isInteger() && quantity('50k').asInteger() == 50000 && !quantity('1.5').isInteger()",
        "sign(quantity('-1')) == -1 && quantity('1500m').asApproximateFloat() == 1.5",
        "semver('1.2.3-a.2').isLessThan(semver('1.2.3-a.10')) && semver('1.0.0+a') == semver('1.0.0+b')",
        "!isSemver('v1.0') && isSemver('v1.0', true) && semver('01.01.01', true).compareTo(semver('1.1.1')) == 0",
        "ip('fe80::1').isLinkLocalUnicast() && string(ip('2001:DB8:0:0:1::')) == '2001:db8:0:0:1::'",
        "ip.isCanonical('2001:db8::1') && !ip.isCanonical('2001:DB8::1') && ip('::1').family() == 6",
        "!isIP('1.2.3') && !isIP('01.2.3.4') && !isIP('1::2::3') && isIP('::') && isCIDR('::/0')",
        "cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsCIDR('10.0.0.0/7')",
        "format.dns1123Label().validate('my-name') == optional.none()",
        "format.dns1123Label().validate('My').value()[0].startsWith('a lowercase RFC 1123 label')",
        "format.named('uuid').value().validate('no').hasValue() && !format.named('nothing').hasValue()",
        "sets.contains([dyn(1), 2], [2.0]) && sets.intersects([1], [2, 1]) && sets.equivalent([1, 1], [dyn(1u)])",
        "'%s is %d or %.2f'.format(['a', 1, 2.0]) == 'a is 1 or 2.00'",
        "[3, 1, 2].sort() == [1, 2, 3] && ['bb', 'a'].sortBy(e, e.size()) == ['a', 'bb']",
        "[[1], [2, 3]].flatten() == [1, 2, 3] && [1, 2, 3].slice(1, 2) == [2] && [1, 1, 2].distinct() == [1, 2]",
        "lists.range(3) == [0, 1, 2] && [1, 2].reverse() == [2, 1] && [1].first().value() == 1",
        "{'a': 1}.transformMapEntry(k, v, {v: k}) == {1: 'a'} && [1, 2].exists(i, v, i == 0 && v == 1)",
        "{'a': {'b': 1}}[?'a'].?b.orValue(0) == 1 && {'a': 1}.?b.optMap(v, v + 1).orValue(7) == 7",
        "timestamp('2026-03-29T00:59:59Z').getHours('Europe/Berlin') == 1",
        "timestamp('2026-03-29T01:00:00Z').getHours('Europe/Berlin') == 3",
        "'é'.size() == 1 && 'e\\u0301'.size() == 2 && 'é' != 'e\\u0301' && !('é' in {'e\\u0301': 1})",
        "string(1e6) == '1e+06' && string(123456.5) == '123456.5' && string(0.00001) == '1e-05'",
    ])
    func holds(text: String) throws {
        let program = try Program(text, declarations: Declarations(libraries: Library.all))
        #expect(try program.evaluate([:]) == .bool(true))
    }

    /// What a version of Kubernetes doesn't have yet is no part of its language.
    @Test(arguments: [
        ("[1].sum() == 1", 29, true), ("sets.contains([1], [1])", 28, false), ("sets.contains([1], [1])", 29, true),
        ("isIP('::')", 29, false), ("isIP('::')", 30, true), ("format.named('uuid').hasValue()", 30, false),
        ("[1].all(i, v, v > i)", 31, false), ("[1].all(i, v, v > i)", 32, true), ("isSemver('1')", 32, false),
        ("[1].reverse() == [1]", 33, false), ("[1].reverse() == [1]", 34, true), ("cel.bind(a, 1, a) == 1", 36, false),
        ("math.abs(1) == 1", 36, false), ("'a'.reverse() == 'a'", 36, false), ("{}.?a.hasValue()", 29, true),
    ])
    func versions(text: String, minor: Int, isThere: Bool) {
        let program = try? Program(text, declarations: Declarations(libraries: Library.kubernetes(minor: minor)))
        #expect((program != nil) == isThere)
    }
}
