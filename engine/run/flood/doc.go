// Package flood tests how much memory a run takes while a program prints a million lines. It is a package of its own because what
// other tests leave on the heap would be measured too.
package flood
