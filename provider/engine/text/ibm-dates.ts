/** IBM's dates for Hyper Protect Crypto Services: end of support, and the last day in its banner. */

export const ibmDates = { endOfSupport: "2027-03-20", lastDay: "2027-03-28" } as const;
