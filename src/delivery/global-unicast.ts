import { BlockList, isIPv6, type LookupFunction } from 'node:net'

/**
 * RFC 4291, section 2.4, and IANA's registry: nothing else of IPv6 is assigned to anybody. Outside are, among others,
 * all forms that IPv4 addresses are written in.
 */
const assigned = new BlockList()
assigned.addSubnet('2000::', 3, 'ipv6')

/** Whether an IPv6 address is global unicast; of IPv4 ones the agents themselves know. */
export function isGlobalUnicast(address: string): boolean {
  return !isIPv6(address) || assigned.check(address, 'ipv6')
}

/** A lookup that fails where a name leads to an address that is not allowed, if only among others. */
export function guardedLookup(lookup: LookupFunction, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, found, family) => {
      const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found]
      if (error !== null || addresses.every(isAllowed)) callback(error, found, family)
      else callback(new Error('the address is not allowed'), found, family)
    })
}
